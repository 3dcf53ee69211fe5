// The key envelope, redress-envelope/1, and how a manifest binds it; the same as evidence/envelope.py.
import { canonical, isObject, parseCanonical } from "./canonical";
import { sha256, toHex } from "./cid";
import { recipientOf } from "./keys";
import { SealError } from "./errors";

/** What a sealed item really is. */
export interface Enclosed {
  name: string;
  media_type: string;
  kind: string;
  /** Bytes before sealing. */
  size: number;
  /** Of the bytes before sealing: 0x and 64 digits. */
  sha256: string;
  /** 32 random bytes, spelled the same way. */
  salt: string;
}

export interface Envelope {
  /** Digest of the manifest: 0x and 64 digits. */
  manifest: string;
  /** The secret key that the items are sealed to. */
  content_key: string;
  items: Enclosed[];
}

/** What the manifest shows of a sealed item. */
export interface SealedItem {
  cid: string;
  size: number;
  commitment: string;
}

const SCHEMA = "redress-envelope/1";
const MANIFEST_SCHEMA = "redress-manifest/1";
const MAX_BYTES = 1 << 18;
const MAX_MANIFEST_BYTES = 1 << 20;
const MAX_ITEMS = 256;
const MAX_NAME_BYTES = 255;
const KINDS = ["file", "transaction", "transcript", "call-record"];
const BYTES32 = /^0x[0-9a-f]{64}$/;
const MEDIA_TYPE = /^[a-z0-9][a-z0-9!#$&^_.+-]{0,62}\/[a-z0-9][a-z0-9!#$&^_.+-]{0,62}$/;
// evidence/manifest_fields.py has the same ranges; a leading dot is refused here as in evidence/envelope.py.
const UNSAFE_IN_NAME = new RegExp(
  "[\\x00-\\x1f\\x7f-\\x9f\\ud800-\\udfff\\u061c\\u200b\\u200e\\u200f\\u2028-\\u202e\\u2060-\\u2069\\ufeff/\\\\]" +
    "|^[A-Za-z]:|^\\.|^\\s|\\s$",
  "u",
);

/** SHA-256 over the item's canonical JSON: hides it, since the salt is secret, and binds it. */
export async function commitmentOf(item: Enclosed): Promise<string> {
  return toHex(await sha256(new TextEncoder().encode(canonical(item))));
}

/** The canonical bytes; refuses what could not be parsed again. */
export async function encodeEnvelope(envelope: Envelope): Promise<Uint8Array<ArrayBuffer>> {
  const data = new TextEncoder().encode(canonical({ schema: SCHEMA, ...envelope }));
  await parseEnvelope(data);
  return data;
}

export async function parseEnvelope(data: Uint8Array): Promise<Envelope> {
  if (data.length > MAX_BYTES) throw new SealError("envelope_too_large", `the envelope has ${data.length} bytes`);
  const value = parseCanonical(data, "envelope_invalid");
  if (value["schema"] !== SCHEMA) throw new SealError("envelope_version", "the envelope is of an unknown version");
  const { content_key, items, manifest } = fieldsOf(value, ["content_key", "items", "manifest", "schema"]);
  need(matches(manifest, BYTES32) && typeof content_key === "string", "manifest or content_key");
  await recipientOf(content_key as string).catch(() => need(false, "content_key"));
  need(Array.isArray(items) && items.length <= MAX_ITEMS, "items");
  const enclosed = (items as unknown[]).map(parseItem);
  need(new Set(enclosed.map((item) => fold(item.name))).size === enclosed.length, "items: two bear one name");
  return { manifest: manifest as string, content_key: content_key as string, items: enclosed };
}

/** What lies sealed, and what it really is. The manifest's digest is the caller's to compare with the chain's. */
export async function sealedItems(
  manifest: Uint8Array<ArrayBuffer>,
  envelope: Envelope,
): Promise<[SealedItem, Enclosed][]> {
  const { recipient, items } = readManifest(manifest);
  const commitments = await Promise.all(envelope.items.map(commitmentOf));
  const isBound =
    toHex(await sha256(manifest)) === envelope.manifest &&
    (await recipientOf(envelope.content_key)) === recipient &&
    items.length === commitments.length &&
    items.every((item, at) => item.commitment === commitments[at]);
  if (!isBound) throw new SealError("envelope_mismatch", "the envelope belongs to another manifest");
  return items.map((item, at) => [item, envelope.items[at]!]);
}

function readManifest(data: Uint8Array): { recipient: unknown; items: SealedItem[] } {
  if (data.length > MAX_MANIFEST_BYTES) throw new SealError("manifest_too_large", "the manifest is too long");
  const value = parseCanonical(data, "manifest_not_canonical");
  if (value["schema"] !== MANIFEST_SCHEMA) {
    throw new SealError("manifest_version", "the manifest is of an unknown version");
  }
  const items = value["items"];
  if (!Array.isArray(items)) throw new SealError("manifest_field_invalid", "the manifest has no items");
  const sealed = items.filter((item) => item?.visibility === "sealed") as SealedItem[];
  return { recipient: value["recipient"], items: sealed };
}

function parseItem(value: unknown): Enclosed {
  const fields = fieldsOf(value, ["kind", "media_type", "name", "salt", "sha256", "size"]);
  need(KINDS.includes(fields["kind"] as string), "kind");
  need(isMediaType(fields["media_type"]), "media_type");
  need(matches(fields["sha256"], BYTES32) && matches(fields["salt"], BYTES32), "sha256 or salt");
  need(Number.isSafeInteger(fields["size"]) && (fields["size"] as number) >= 0, "size");
  need(isName(fields["name"]), "name");
  return fields as unknown as Enclosed;
}

export function isMediaType(value: unknown): boolean {
  return matches(value, MEDIA_TYPE);
}

/** An object with exactly these keys. */
function fieldsOf(value: unknown, keys: readonly string[]): Record<string, unknown> {
  const isWhole = isObject(value) && Object.keys(value).length === keys.length && keys.every((key) => key in value);
  need(isWhole, `fields ${keys.join(", ")}`);
  return value as Record<string, unknown>;
}

/** A plain file name that leads nowhere else. */
function isName(value: unknown): boolean {
  if (typeof value !== "string" || !value || UNSAFE_IN_NAME.test(value)) return false;
  return new TextEncoder().encode(value).length <= MAX_NAME_BYTES;
}

/** Cases of ASCII only: of other letters every Unicode has its own idea, and no reader may refuse what another takes. */
function fold(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
}

function matches(value: unknown, form: RegExp): boolean {
  return typeof value === "string" && form.test(value);
}

function need(holds: boolean, field: string): void {
  if (!holds) throw new SealError("envelope_invalid", `the envelope's ${field} is not of its form`);
}
