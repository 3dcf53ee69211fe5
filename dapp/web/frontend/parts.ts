// Large files go by parts (tus 1.0.0): what a broken connection costs is sent again, and after a reload no more than that.
import { problem } from "./api";
import { type Chosen, LARGE } from "./statement";
import { say, Sentence } from "./words";

const PART = 8 << 20;
const ATTEMPTS = 8;
const TUS = { "Tus-Resumable": "1.0.0" };

/** It may go better in a while. */
class Broken extends Error {}

/** The form with the names of uploads in place of what is large; `files` lie in it in their order. */
export async function inParts(body: FormData, files: Chosen[]): Promise<FormData> {
  const result = new FormData();
  const left = [...files];
  for (const [name, value] of body.entries()) {
    const chosen = name === "files" ? left.shift() : undefined;
    if (chosen && chosen.file.size > LARGE) result.append("upload", (await sent(chosen)).split("/").pop()!);
    else if (value instanceof File) result.append(name, value);
    else result.append(name, value);
  }
  return result;
}

/** They are evidence now, or not wanted any more. */
export async function forget(files: Chosen[]): Promise<void> {
  for (const chosen of files) localStorage.removeItem(await key(chosen));
}

/** What is sealed differs each time, and so does its name. */
async function key(chosen: Chosen): Promise<string> {
  return `redress.upload.${await chosen.cid}`;
}

/** Where all of it went. */
async function sent(chosen: Chosen): Promise<string> {
  const { file } = chosen;
  const known = localStorage.getItem(await key(chosen));
  let offset = known ? await patiently(() => came(known)) : null;
  const place = known && offset !== null ? known : await begin(chosen);
  while ((offset ??= 0) < file.size) {
    offset = await patiently(async (isAgain) => {
      const from = isAgain ? ((await came(place)) ?? gone()) : offset!;
      return from < file.size ? add(place, from, chosen) : from;
    });
  }
  return place;
}

async function begin(chosen: Chosen): Promise<string> {
  const { file } = chosen;
  const headers = {
    ...TUS,
    "Upload-Length": String(file.size),
    "Upload-Metadata": `filename ${base64(file.name)},filetype ${base64(file.type)}`,
  };
  const response = await patiently(() => asked("/v1/uploads", { method: "POST", headers }));
  if (!response.ok) throw problem(await response.json().catch(() => ({})));
  const place = response.headers.get("Location")!;
  localStorage.setItem(await key(chosen), place);
  return place;
}

/** Bytes that are stored; null where it is not known any more. */
async function came(place: string): Promise<number | null> {
  const response = await asked(place, { method: "HEAD", headers: TUS });
  if (response.status === 404 || response.status === 410) return null;
  if (!response.ok) throw new Broken();
  return Number(response.headers.get("Upload-Offset"));
}

/** Fetch cannot say how far it is; this can. */
function add(place: string, offset: number, { file, row, half }: Chosen): Promise<number> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.upload.addEventListener("progress", (event) => {
      const share = (offset + event.loaded) / file.size;
      const bar = row.querySelector("progress");
      if (bar) bar.value = half ? (1 + share) / 2 : share;
    });
    request.addEventListener("load", () => {
      if (request.status === 204) resolve(Number(request.getResponseHeader("Upload-Offset")));
      else if ([400, 408, 409, 423, 502, 503, 504].includes(request.status)) reject(new Broken());
      else reject(problem(parsed(request.responseText)));
    });
    request.addEventListener("error", () => reject(new Broken()));
    request.open("PATCH", place);
    const headers = { ...TUS, "Upload-Offset": String(offset), "Content-Type": "application/offset+octet-stream" };
    for (const [name, value] of Object.entries(headers)) request.setRequestHeader(name, value);
    request.send(file.slice(offset, offset + PART));
  });
}

async function asked(path: string, options: RequestInit): Promise<Response> {
  try {
    return await fetch(path, options);
  } catch {
    throw new Broken();
  }
}

/** Again and again while it is only broken: for about two minutes. */
async function patiently<T>(work: (isAgain: boolean) => Promise<T>): Promise<T> {
  for (let attempt = 0; ; attempt++) {
    try {
      return await work(attempt > 0);
    } catch (error) {
      if (!(error instanceof Broken)) throw error;
      if (attempt === ATTEMPTS) throw new Sentence(say("server-away"), say("server-away-way"));
      await new Promise((resolve) => setTimeout(resolve, Math.min(30_000, 500 * 2 ** attempt)));
    }
  }
}

function gone(): never {
  throw problem({ code: "upload-missing", detail: "the upload was given up" });
}

function parsed(text: string): object {
  try {
    return JSON.parse(text) as object;
  } catch {
    return {};
  }
}

function base64(text: string): string {
  return btoa(String.fromCharCode(...new TextEncoder().encode(text)));
}
