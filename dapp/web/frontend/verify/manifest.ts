// The manifest of one submission (evidence/README.md): what it must look like, field by field.
import { parseCid, type Cid } from "./content";
import { ADDRESS, Fields, HASH } from "./fields";
import { parse, type Json } from "./json";
import { checkRecipient } from "./recipient";

export interface Item {
  name: string;
  size: number;
  cid: Cid;
  isSealed: boolean;
}

export interface Manifest {
  chain: string;
  desk: string;
  author: string;
  complaint: number | undefined;
  items: Item[];
}

export const MAX_MANIFEST_BYTES = 1 << 20;
const MAX_ITEMS = 256;
const MAX_NAME_BYTES = 255;
const MAX_TEXT = 10_000;
const CHAIN = /^[-a-z0-9]{3,8}:[-_a-zA-Z0-9]{1,32}$/;
const MEDIA_TYPE = /^[a-z0-9][a-z0-9!#$&^_.+-]{0,62}\/[a-z0-9][a-z0-9!#$&^_.+-]{0,62}$/;
const UNSAFE_NAME = /[\x00-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff/\\]|^[A-Za-z]:|^\.{1,2}$|^\s|\s$/;
const UNSAFE_TEXT = /[\x00-\x08\x0b-\x1f\x7f-\x9f]/;

/** Throws RangeError or SyntaxError for what is no manifest. */
export function readManifest(data: Uint8Array): Manifest {
  if (data.length > MAX_MANIFEST_BYTES) throw new RangeError("a manifest is too large");
  const fields = new Fields(parse(data));
  fields.text("schema", /^redress-manifest\/1$/);
  fields.text("salt", HASH);
  const found: Manifest = {
    chain: fields.text("chain", CHAIN),
    desk: fields.text("desk", ADDRESS),
    author: fields.text("author", ADDRESS),
    complaint: fields.has("complaint") ? fields.number("complaint", 1) : undefined,
    items: fields.array("items", MAX_ITEMS).map(readItem),
  };
  for (const name of ["order", "supersedes"]) if (fields.has(name)) fields.text(name, HASH);
  if (fields.has("text")) {
    const text = fields.text("text");
    if ([...text].length > MAX_TEXT || UNSAFE_TEXT.test(text)) throw new RangeError("a text is too long or not plain");
  }
  const isSealed = found.items.some((item) => item.isSealed);
  if (isSealed) checkRecipient(fields.text("recipient"));
  fields.done();
  if (new Set(found.items.map((item) => item.name.toLowerCase())).size !== found.items.length) throw new RangeError("two items bear one name");
  return found;
}

/** Of a sealed item nothing is shown but its sealed bytes, and what binds the rest (docs/adr/0015). */
function readItem(value: Json, place: number): Item {
  const fields = new Fields(value);
  const type = fields.text("media_type", MEDIA_TYPE);
  const kind = fields.text("kind", /^(file|transaction|transcript|call-record)$/);
  const item: Item = {
    name: fields.text("name"),
    size: fields.number("size"),
    cid: parseCid(fields.text("cid", /^(b|Qm)/)),
    isSealed: fields.text("visibility", /^(public|sealed)$/) === "sealed",
  };
  if (item.isSealed) {
    fields.text("commitment", HASH);
    const says = [item.name, type, kind].join("|");
    if (says !== `sealed-${place + 1}.age|application/octet-stream|file`) throw new RangeError("a sealed item shows what it is");
  }
  fields.done();
  const length = new TextEncoder().encode(item.name).length;
  if (!length || length > MAX_NAME_BYTES || UNSAFE_NAME.test(item.name)) throw new RangeError("an item's name is unsafe");
  return item;
}
