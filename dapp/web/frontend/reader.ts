// What of a page is its reader's: their own parts, by role and account, and times as their clock shows them.
import { say } from "./words";

/** Shows the parts of the connected account, in lower case; "" is nobody. */
export function showRole(me: string): void {
  for (const part of document.querySelectorAll<HTMLElement>("[data-accounts]")) {
    part.hidden = !me || !(part.dataset["accounts"] === "any" || part.dataset["accounts"]!.split(" ").includes(me));
  }
  for (const part of document.querySelectorAll<HTMLElement>("[data-strangers]")) {
    part.hidden = !!me && document.querySelector("[data-accounts~='" + me + "']") !== null;
  }
  for (const part of document.querySelectorAll<HTMLElement>("[data-unconnected]")) part.hidden = !!me;
  for (const name of document.querySelectorAll<HTMLElement>("[data-account]")) {
    name.classList.toggle("mine", name.dataset["account"] === me);
  }
  for (const button of document.querySelectorAll<HTMLElement>("[data-connect]")) {
    write(button, me ? short(me) : say("connect"));
  }
  showSession(me);
}

/** In and out again, for the connected account; out also where no wallet is. */
function showSession(me: string): void {
  const button = document.querySelector<HTMLElement>("[data-session]");
  if (!button) return;
  const signedIn = localStorage.getItem("redress.session");
  button.hidden = !me && !signedIn;
  button.dataset["session"] = signedIn && (!me || me === signedIn) ? "sign-out" : "sign-in";
  write(button, say(button.dataset["session"]));
}

export function localTimes(): void {
  const language = document.documentElement.lang;
  const formats: Record<string, Intl.DateTimeFormat> = {
    moment: new Intl.DateTimeFormat(language, { dateStyle: "medium", timeStyle: "short", hourCycle: "h23" }),
    time: new Intl.DateTimeFormat(language, { timeStyle: "short", hourCycle: "h23" }),
  };
  for (const time of document.querySelectorAll<HTMLTimeElement>("time[data-local]")) {
    time.title = time.dateTime;
    time.textContent = formats[time.dataset["local"]!]!.format(new Date(time.dateTime));
    delete time.dataset["local"];
  }
}

function short(address: string): string {
  return `${address.slice(0, 6)}…${address.slice(-4)}`;
}

/** Whoever watches the page hears of what changes only. */
function write(element: HTMLElement, text: string): void {
  if (element.textContent !== text) element.textContent = text;
}
