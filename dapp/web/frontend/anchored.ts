// The other way to file: a complaint is only signed, and the service puts it on chain with others (docs/anchoring.md).
import { post } from "./api";
import { carry, report } from "./progress";
import type { Prepared } from "./relay";
import { signTyped } from "./wallet";
import { say, Sentence } from "./words";

const WAIT_SECONDS = 15;

interface Taken {
  anchored: { leaf: string };
}

/** The page of what was handed in. */
export async function handIn({ anchored }: Prepared): Promise<string> {
  if (!anchored) throw new Sentence(say("anchored-late"), say("anchored-late-way"));
  report(say("anchored-sign"), "busy", say("anchored-sign-way"));
  const { typed_data } = anchored;
  const signature = await signTyped(typed_data.domain.chainId, typed_data);
  report(say("anchored-sent"), "busy");
  const taken = await post<Taken>(`/v1/anchored?wait=${WAIT_SECONDS}`, { typed_data, signature });
  const { leaf } = taken.anchored;
  // Of an order, one is kept from which something can still come.
  carry(say(leaf === anchored.leaf ? "anchored-done" : "anchored-before"));
  return `/anchored/${leaf}`;
}
