// The account that was connected on the page before: its wallet needs a moment to say so again.

const ACCOUNT = "redress.account";

export function remembered(): string {
  return localStorage.getItem(ACCOUNT) ?? "";
}

/** "" forgets. */
export function remember(account: string): void {
  if (account) localStorage.setItem(ACCOUNT, account);
  else localStorage.removeItem(ACCOUNT);
}
