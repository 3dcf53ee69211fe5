// Votes that this browser can open: a line on every page once they must be, and, for whoever wants that, the opening itself.
import { act } from "./act";
import { json, post } from "./api";
import { report } from "./progress";
import { parse, textOf, type Watch, watched } from "./receipts";
import { reveal, tell } from "./vote";
import { me } from "./wallet";
import { say, Sentence } from "./words";

interface Duty {
  complaint: number;
  seat: number;
  task: string;
  until: { unix: number };
  commitment: string | null;
}

interface Due {
  commitment: string;
  watch: Watch;
  duty: Duty;
}

const AGAIN_MS = 60_000;
let looking = false;
let again = false;
let timer: ReturnType<typeof setInterval> | undefined;

export function start(): void {
  timer ??= setInterval(() => void look(), AGAIN_MS);
  void look();
}

/** One read for each account whose votes are kept here. */
async function look(): Promise<void> {
  again = true;
  if (looking) return;
  looking = true;
  while (again) {
    again = false;
    // The next look says what this one cannot: a page must not complain of what nobody asked it for.
    const due = await dueNow().catch(() => []);
    remind(due.filter((one) => one.watch.account === me()));
    for (const one of due) if (isTime(one)) await byItself(one);
  }
  looking = false;
}

async function dueNow(): Promise<Due[]> {
  const kept = watched();
  const accounts = [...kept.values()].filter((one) => one.auto || one.account === me()).map((one) => one.account);
  const found: Due[] = [];
  for (const account of new Set(accounts)) {
    const { duties } = await json<{ duties: Duty[] }>(`/v1/arbitrators/${account}/duties`);
    for (const duty of duties) {
      const watch = kept.get(duty.commitment ?? "");
      if (duty.task === "open" && watch) found.push({ commitment: duty.commitment!, watch, duty });
    }
  }
  return found;
}

/** By this device's clock as well: a service that says so too early would learn the vote before its time. */
function isTime({ watch }: Due): boolean {
  return watch.auto && watch.opens <= Date.now() / 1000 && (isRelayed() || watch.account === me());
}

function isRelayed(): boolean {
  return "relay" in document.documentElement.dataset;
}

function remind(due: Due[]): void {
  document.getElementById("reminder")?.remove();
  if (!due.length) return;
  const box = document.createElement("section");
  box.id = "reminder";
  box.className = "container reminder";
  box.setAttribute("aria-label", say("vote-reminder"));
  for (const { duty } of due) box.append(line(duty));
  document.querySelector("main")!.before(box);
}

function line(duty: Duty): HTMLElement {
  const format = new Intl.DateTimeFormat(document.documentElement.lang, { dateStyle: "medium", timeStyle: "short", hourCycle: "h23" });
  const text = document.createElement("p");
  text.textContent = say("vote-due", { id: duty.complaint, when: format.format(duty.until.unix * 1000) }) + " ";
  const link = document.createElement("a");
  link.href = `/c/${duty.complaint}/brief#vote`;
  link.textContent = say("vote-open");
  text.append(link);
  return text;
}

/** In one of this browser's tabs only. */
async function byItself(due: Due): Promise<void> {
  const open = (): Promise<void> => send(due).catch((error: unknown) => failed(due, error));
  if (!("locks" in navigator)) return open();
  await navigator.locks.request(`redress.open.${due.commitment}`, { ifAvailable: true }, (lock) => (lock ? open() : undefined));
}

async function send(due: Due): Promise<void> {
  if (!isRelayed()) return byWallet(due);
  const { complaint, seat } = due.duty;
  report(say("vote-opening", { id: complaint }), "busy");
  const params = { complaint, seat };
  await tell(parse(textOf(due.commitment)!)!, params);
  for (;;) {
    const { status, reason } = await post<{ status: string; reason: { detail: string } | null }>("/v1/relay/openings", params);
    if (status === "failed") throw new Sentence(reason?.detail ?? "");
    if (status === "mined") break;
    await new Promise((resolve) => setTimeout(resolve, 2_000));
  }
  document.getElementById("reminder")?.remove();
  report(say("vote-opened", { id: complaint }), "done");
}

function failed(due: Due, error: unknown): void {
  const reason = error instanceof Error ? error.message : String(error);
  report(say("vote-not-opened", { id: due.duty.complaint, reason }), "failed", say("vote-not-opened-way"));
}

/** Asked once a visit: who refuses is not asked again and again. */
async function byWallet(due: Due): Promise<void> {
  const asked = `redress.asked.${due.commitment}`;
  if (sessionStorage.getItem(asked)) return;
  sessionStorage.setItem(asked, "1");
  const form = document.createElement("form");
  Object.assign(form.dataset, { act: "reveal", what: say("vote-open"), commitment: due.commitment, stay: "" });
  for (const name of ["complaint", "seat"] as const) {
    const field = document.createElement("input");
    Object.assign(field, { type: "hidden", name, value: String(due.duty[name]) });
    field.dataset["as"] = "int";
    form.append(field);
  }
  form.addEventListener("acted", () => document.getElementById("reminder")?.remove());
  await act(form, [reveal]);
}
