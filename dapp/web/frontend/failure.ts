// What went wrong, said to the reader at the foot of the page.
import { report } from "./progress";
import { knows, say, Sentence } from "./words";

export function fail(error: unknown): void {
  const code = `error-${String((error as { code?: unknown }).code).replaceAll("_", "-")}`;
  if (knows(code)) report(say(code), "failed");
  else if (error instanceof Sentence) report(error.message, "failed", error.way);
  else report(say("unexpected", { reason: String((error as Error).message ?? error) }), "failed");
}
