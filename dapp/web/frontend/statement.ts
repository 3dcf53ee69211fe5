// A statement: words and files, named by their CID before they leave, sent with progress, digest back.
import { problem } from "./api";
import type { Params } from "./act";
import { fileCid } from "./cid";
import { report } from "./progress";
import { me } from "./wallet";
import { say, Sentence } from "./words";

export interface Chosen {
  file: File;
  row: HTMLLIElement;
  cid: Promise<string>;
  /** Half of its progress was made before it is sent. */
  half?: boolean;
}

export interface Stored {
  digest: string;
  /** Lets whoever sent something sealed put its key envelopes. */
  envelope_token: string | null;
  items: { name: string; cid: string }[];
}

/** Bytes, above which a file goes by parts. */
export const LARGE = 8 << 20;

const chosen = new WeakMap<Element, Chosen[]>();

export function watch(statement: HTMLElement): void {
  const inputs = [...statement.querySelectorAll<HTMLInputElement>("[data-drop] input[type=file]")];
  if (!inputs.length || chosen.has(statement)) return;
  chosen.set(statement, []);
  for (const input of inputs) {
    const take = (): void => {
      add(statement, [...(input.files ?? [])]);
      input.value = "";
    };
    input.addEventListener("change", take);
    take(); // What was chosen while this script was still on its way.
  }
  takePasted(statement);
  const mailed = statement.closest<HTMLFormElement>("form[data-mailed]");
  if (mailed) void import("./mailed").then(({ bring }) => bring(mailed, statement));
  const drop = statement.querySelector<HTMLElement>("[data-drop]") ?? statement;
  drop.addEventListener("dragover", (event) => {
    event.preventDefault();
    drop.dataset["over"] = "";
  });
  drop.addEventListener("dragleave", () => delete drop.dataset["over"]);
  drop.addEventListener("drop", (event) => {
    event.preventDefault();
    delete drop.dataset["over"];
    add(statement, [...(event.dataTransfer?.files ?? [])]);
  });
}

/** Screenshots come without a name of their own. Where text comes along, as from a table, it is text. */
function takePasted(statement: HTMLElement): void {
  const isAlone = document.querySelectorAll("[data-statement]").length === 1;
  (isAlone ? document : statement.closest("form") ?? statement).addEventListener("paste", (event) => {
    const { clipboardData } = event as ClipboardEvent;
    const files = [...(clipboardData?.files ?? [])];
    if (!files.length || clipboardData!.types.includes("text/plain")) return;
    event.preventDefault();
    const moment = new Date().toISOString().replace(/\D/g, "").slice(0, 14);
    add(statement, files.map((file, at) => new File([file], `${moment}-${at + 1}-${file.name}`, { type: file.type })));
  });
}

/** Why a file cannot be added; "" where it can. */
function refusal(statement: HTMLElement, file: File, known: Chosen[]): string {
  const { name } = file;
  const { mostFiles, mostBytes } = statement.dataset;
  if (known.some((entry) => entry.file.name.toLowerCase() === name.toLowerCase())) return say("file-twice", { name });
  if (known.length >= Number(mostFiles)) return say("file-over", { name, most: mostFiles! });
  if (file.size > Number(mostBytes)) return say("file-large", { name, size: bytes(file.size), most: bytes(Number(mostBytes)) });
  return "";
}

/** `kind` is what they are; the reader may say otherwise. */
export function add(statement: HTMLElement, files: File[], kind = "file"): void {
  if (!files.length) return;
  const known = chosen.get(statement)!;
  statement.querySelector("[data-refused]")!.replaceChildren();
  for (const file of files) {
    const why = refusal(statement, file, known);
    if (why) refuse(statement, why);
    else known.push(line(statement, file, kind));
  }
  changed(statement);
}

/** Its row, while its name is made of its content. */
function line(statement: HTMLElement, file: File, kind: string): Chosen {
  const template = statement.querySelector<HTMLTemplateElement>("template")!;
  const row = (template.content.cloneNode(true) as DocumentFragment).querySelector("li")!;
  row.dataset["size"] = String(file.size);
  row.querySelector("[data-name]")!.textContent = file.name;
  row.querySelector("[data-size]")!.textContent = bytes(file.size);
  row.querySelector("select")!.value = kind;
  row.querySelector("button")!.addEventListener("click", () => remove(statement, row));
  const bar = row.querySelector("progress")!;
  const cid = fileCid(file, (share) => (bar.value = share));
  cid
    .then((name) => (row.querySelector("[data-cid]")!.textContent = name))
    .catch(() => {
      remove(statement, row); // A folder, or what was moved away since.
      refuse(statement, say("file-unread", { name: file.name }));
    });
  statement.querySelector("[data-files]")!.append(row);
  return { file, row, cid };
}

function remove(statement: HTMLElement, row: HTMLLIElement): void {
  const known = chosen.get(statement)!;
  known.splice(known.findIndex((entry) => entry.row === row), 1);
  row.remove();
  changed(statement);
}

function refuse(statement: HTMLElement, why: string): void {
  const item = document.createElement("li");
  item.textContent = why;
  statement.querySelector("[data-refused]")!.append(item);
}

function changed(statement: HTMLElement): void {
  statement.querySelector("[data-files]")!.dispatchEvent(new Event("change", { bubbles: true }));
}

export function bytes(size: number): string {
  const unit = size < 1 << 10 ? "byte" : size < 1 << 20 ? "kilobyte" : "megabyte";
  const divisor = { byte: 1, kilobyte: 1 << 10, megabyte: 1 << 20 }[unit];
  // English has no plural of the short one: "17 byte".
  const unitDisplay = unit === "byte" ? "long" : "short";
  const options = { style: "unit", unit, unitDisplay, maximumFractionDigits: 1 } as const;
  return new Intl.NumberFormat(document.documentElement.lang, options).format(size / divisor);
}

/** Uploads the form's statement, if it has one, and gives its digest to the action. */
export async function upload(form: HTMLFormElement, found: Params): Promise<void> {
  const statement = form.querySelector<HTMLElement>("[data-statement]");
  if (!statement) return;
  watch(statement);
  const text = statement.querySelector<HTMLTextAreaElement>("textarea")?.value.trim() ?? "";
  const files = chosen.get(statement) ?? [];
  if (!text && !files.length) {
    if (statement.dataset["statement"] === "required") throw new Sentence(say("statement-missing"));
    return;
  }
  const body = new FormData();
  body.append("author", me());
  for (const name of ["complaint", "order"]) if (found[name]) body.append(name, String(found[name]));
  const place = statement.dataset["as"] ?? "digest";
  if (statement.querySelector("[data-seal]:checked")) {
    found[place] = await (await import("./sealing")).submit(statement, body, text, files);
    return;
  }
  if (text) body.append("text", text);
  for (const { file, row } of files) {
    body.append("files", file);
    body.append("kind", row.querySelector("select")?.value ?? "file");
  }
  report(say("uploading"), "busy");
  const stored = await transfer(body, files);
  await compare(stored, files);
  found[place] = stored.digest;
}

/** The files lie in the body in their order; large ones go by parts before it. */
export async function transfer(body: FormData, files: Chosen[]): Promise<Stored> {
  const large = files.filter(isLarge);
  if (!large.length) return post(body, files);
  const { inParts, forget } = await import("./parts");
  const stored = await post(await inParts(body, files), files.filter((one) => !isLarge(one)));
  await forget(large);
  return stored;
}

function isLarge({ file }: Chosen): boolean {
  return file.size > LARGE;
}

/** Fetch cannot say how far an upload is; this can. */
function post(body: FormData, files: Chosen[]): Promise<Stored> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.responseType = "json";
    request.upload.addEventListener("progress", (event) => {
      let sent = event.loaded;
      for (const { file, row, half } of files) {
        const bar = row.querySelector("progress");
        const share = Math.min(1, sent / Math.max(1, file.size));
        if (bar) bar.value = half ? (1 + share) / 2 : share;
        sent = Math.max(0, sent - file.size);
      }
    });
    request.addEventListener("load", () => {
      if (request.status < 300) resolve(request.response as Stored);
      else reject(problem(request.response ?? {}));
    });
    request.addEventListener("error", () => reject(new Sentence(say("server-away"), say("server-away-way"))));
    request.open("POST", "/v1/evidence");
    request.setRequestHeader("Accept", "application/json");
    request.send(body);
  });
}

/** The server must have stored the very bytes that were chosen. */
export async function compare(stored: Stored, files: Chosen[]): Promise<void> {
  for (const [index, { file, cid, row }] of files.entries()) {
    const item = stored.items[index];
    if (item?.cid !== (await cid)) throw new Sentence(say("stored-otherwise", { name: file.name }));
    row.dataset["stored"] = "";
  }
}
