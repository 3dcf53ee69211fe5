// The page's sentences come from the server in the reader's language (web/pages/words.py).

const table = JSON.parse(document.getElementById("words")?.textContent ?? "{}") as Record<string, string>;

export function say(key: string, values: Record<string, string | number> = {}): string {
  return (table[key] ?? key).replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole));
}

export function knows(key: string): boolean {
  return key in table;
}

/** A sentence for the reader. `way` says how to go on, `about` what it is about. */
export class Sentence extends Error {
  constructor(
    message: string,
    readonly way: string = "",
    readonly about?: object,
    /** What a refusal of the service's is called, and its HTTP status. */
    readonly code?: string,
    readonly status?: number,
  ) {
    super(message);
  }
}
