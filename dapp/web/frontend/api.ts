// Talks to the service that served this page, and to nobody else.
import { knows, say, Sentence } from "./words";

export async function json<T>(path: string, options: RequestInit = {}): Promise<T> {
  let response: Response;
  try {
    response = await fetch(path, { headers: { Accept: "application/json" }, ...options });
  } catch {
    throw new Sentence(say("server-away"), say("server-away-way"));
  }
  if (!response.ok) throw problem(await response.json().catch(() => ({})), response.status);
  return (response.status === 204 ? undefined : await response.json()) as T;
}

export function post<T>(path: string, body: unknown): Promise<T> {
  return json<T>(path, {
    method: "POST",
    headers: { "Content-Type": "application/json", Accept: "application/json" },
    body: JSON.stringify(body),
  });
}

interface Problem {
  code?: string;
  detail?: string;
  remedy?: string;
  fields?: Fields;
}

/** Which fields a refusal is about. */
export interface Fields {
  field?: string;
  faults?: { field: string }[];
}

/** problem+json (RFC 9457) as a sentence: ours by its code, else the server's own, which is English. */
export function problem(body: Problem, status?: number): Sentence {
  const key = `error-${body.code ?? ""}`;
  const [text, way] = knows(key)
    ? [say(key), ""]
    : [body.detail ? say("server-refused", { detail: body.detail }) : say("server-failed"), body.remedy ?? ""];
  return new Sentence(text, way, body.fields, body.code, status);
}

/** Waits until the index has read `block`: then the pages show what it holds. */
export async function indexed(block: number): Promise<void> {
  for (;;) {
    const status = await json<{ as_of_block: number }>("/v1/status");
    if (status.as_of_block >= block) return;
    await new Promise((resolve) => setTimeout(resolve, 400));
  }
}
