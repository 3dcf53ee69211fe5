// Marking parts of a statement as private: says who will be able to read them, before anything is sealed.
import { clerkKey } from "./envelopes";
import * as keyring from "./keyring";
import { readersOf } from "./sealing";
import { me } from "./wallet";

/** Looks at what is marked now, and whose keys there are. */
export async function tell(statement: HTMLElement): Promise<void> {
  const box = statement.querySelector<HTMLElement>("[data-sealed-for]")!;
  const marked = [...statement.querySelectorAll<HTMLInputElement>("[data-seal]:checked")];
  box.hidden = marked.length === 0;
  const words = marked.some((one) => one.dataset["seal"] === "text");
  // Drafts keep what is typed; not this.
  statement.querySelector("textarea")!.toggleAttribute("data-unkept", words);
  statement.closest("form")?.dispatchEvent(new Event("input"));
  when(box, "unsaved", words);
  if (box.hidden || !me()) return;
  const clerk = await clerkKey();
  box.querySelector<HTMLElement>("[data-clerk]")!.hidden = clerk === null;
  const isOnChain = (await keyring.recipientOf(me())) !== null;
  const isHere = keyring.kept().length > 0;
  when(box, "no-key", !isOnChain && !isHere);
  when(box, "off-chain", !isOnChain && isHere);
  const others = await keyring.recipientsOf(readersOf(statement));
  when(box, "other", others.size > 0);
  when(box, "no-other", others.size === 0);
}

/** From a statement, without leaving it. */
export async function makeKey(button: HTMLElement): Promise<void> {
  await keyring.makeKey();
  await tell(button.closest<HTMLElement>("[data-statement]")!);
}

function when(box: HTMLElement, state: string, holds: boolean): void {
  for (const part of box.querySelectorAll<HTMLElement>(`[data-when=${state}]`)) part.hidden = !holds;
}
