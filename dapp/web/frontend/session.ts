// Signing in (EIP-4361), for what is private only. The session is a cookie that no script can read; what is kept here
// is a hint for the button in the header, and the server's word counts.
import { json, post } from "./api";
import { toHex } from "./cid";
import { report } from "./progress";
import { call, me } from "./wallet";
import { say, Sentence } from "./words";

export interface Session {
  account: string;
  /** Unix seconds. */
  expires_at: number;
}

type Answer = Session | { account: null };

const KEPT = "redress.session";

/** Who is signed in; null where nobody is. */
export async function current(): Promise<Session | null> {
  return keep(await json<Answer>("/v1/session"));
}

/** Has the connected account sign in; the wallet asks its owner. */
export async function signIn(): Promise<Session> {
  const address = me();
  if (!address) throw new Sentence(say("connect-first"), say("connect-first-way"));
  const { message } = await post<{ message: string }>("/v1/session/message", { address });
  report(say("signing-in"), "busy", say("signing-in-way"));
  // As bytes: wallets read a text that looks like hexadecimal as such.
  const signature = await call("personal_sign", [toHex(new TextEncoder().encode(message)), address]);
  const session = keep(await post<Session>("/v1/session", { message, signature }))!;
  report(say("signed-in"), "done");
  return session;
}

/** Ends the session of this browser, or all of the account's. */
export async function signOut(everywhere = false): Promise<void> {
  keep(await json<Answer>(`/v1/session?everywhere=${everywhere}`, { method: "DELETE" }));
  report(say("signed-out"), "done");
}

/** Whether the connected account is signed in. */
export async function isSignedIn(): Promise<boolean> {
  const session = await current();
  return me() !== "" && session?.account.toLowerCase() === me();
}

/** Asks the wallet where nobody, or somebody else, is signed in. */
export async function signedIn(): Promise<void> {
  if (!(await isSignedIn())) await signIn();
}

function keep(answer: Answer): Session | null {
  if (answer.account === null) {
    localStorage.removeItem(KEPT);
    return null;
  }
  localStorage.setItem(KEPT, answer.account.toLowerCase());
  return answer;
}
