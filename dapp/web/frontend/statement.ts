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
  items: { name: string; cid: string }[];
}

const chosen = new WeakMap<Element, Chosen[]>();

export function watch(statement: HTMLElement): void {
  const input = statement.querySelector<HTMLInputElement>("input[type=file]");
  if (!input || chosen.has(statement)) return;
  chosen.set(statement, []);
  input.addEventListener("change", () => {
    add(statement, [...(input.files ?? [])]);
    input.value = "";
  });
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

function add(statement: HTMLElement, files: File[]): void {
  const list = statement.querySelector<HTMLElement>("[data-files]")!;
  const template = statement.querySelector<HTMLTemplateElement>("template")!;
  for (const file of files) {
    const known = chosen.get(statement)!;
    if (known.some((entry) => entry.file.name.toLowerCase() === file.name.toLowerCase())) continue;
    const row = (template.content.cloneNode(true) as DocumentFragment).querySelector("li")!;
    row.querySelector("[data-name]")!.textContent = file.name;
    row.querySelector("[data-size]")!.textContent = bytes(file.size);
    const bar = row.querySelector("progress")!;
    const cid = fileCid(file, (share) => (bar.value = share));
    void cid.then((name) => (row.querySelector("[data-cid]")!.textContent = name));
    known.push({ file, row, cid });
    row.querySelector("button")!.addEventListener("click", () => {
      known.splice(known.findIndex((entry) => entry.row === row), 1);
      row.remove();
      list.dispatchEvent(new Event("change", { bubbles: true }));
    });
    list.append(row);
  }
}

export function bytes(size: number): string {
  const unit = size < 1 << 10 ? "byte" : size < 1 << 20 ? "kilobyte" : "megabyte";
  const divisor = { byte: 1, kilobyte: 1 << 10, megabyte: 1 << 20 }[unit];
  const options = { style: "unit", unit, unitDisplay: "short", maximumFractionDigits: 1 } as const;
  return new Intl.NumberFormat(document.documentElement.lang, options).format(size / divisor);
}

/** Uploads the form's statement, if it has one, and gives its digest to the action. */
export async function upload(form: HTMLFormElement, found: Params): Promise<void> {
  const statement = form.querySelector<HTMLElement>("[data-statement]");
  if (!statement) return;
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

/** Fetch cannot say how far an upload is; this can. The files lie in the body in their order. */
export function transfer(body: FormData, files: Chosen[]): Promise<Stored> {
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
