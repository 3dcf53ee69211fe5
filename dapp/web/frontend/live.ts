// An open case page while news come in: what the chain took back is said, what matters is announced, and the focus
// and opened tables stay.

/** Seconds left at which a deadline is announced, in place of every time that the page is brought up to date. */
const STEPS = [86_400, 3_600, 600, 300, 60];

type Mark = [name: string, sentence: string];

let taken: Mark[] = [];
let stood = "";
let listens = false;
const unfolded: HTMLDetailsElement[] = [];
let held: Held = { focus: false, tables: [], anchor: null, top: 0 };

interface Held {
  focus: boolean;
  tables: string[];
  /** What the reader looks at, and where it stands in the window. */
  anchor: Element | null;
  top: number;
}

/** Once, and again after every swap. */
export function start(): void {
  if (!listens) listen();
  const before = remembered();
  const now = rows();
  const isKnown = before.length > 0;
  const news = now.filter(([name]) => isKnown && !before.some(([other]) => other === name));
  announce([...tellTaken(before, now), ...news.map(([, sentence]) => sentence), ...standing(news.length > 0)]);
  sessionStorage.setItem(place(), JSON.stringify(now));
  stay();
}

function listen(): void {
  listens = true;
  document.addEventListener("htmx:before:swap", hold);
  document.addEventListener("htmx:after:swap", giveBack);
  for (const kind of ["htmx:response:error", "htmx:error"]) document.addEventListener(kind, failed);
  document.querySelector("#taken-back button")?.addEventListener("click", () => {
    taken = [];
    show("taken-back", false);
    document.getElementById("status")?.focus();
  });
  addEventListener("beforeprint", () => unfold(true));
  addEventListener("afterprint", () => unfold(false));
}

/** What stood here when it was last brought up to date, also before a reload. */
function remembered(): Mark[] {
  return JSON.parse(sessionStorage.getItem(place()) ?? "[]") as Mark[];
}

function place(): string {
  return `redress.shown.${location.pathname}`;
}

function rows(): Mark[] {
  const found = document.querySelectorAll<HTMLElement>("#case [data-event]");
  return [...found].map((row) => [row.dataset["event"]!, row.querySelector("p")!.textContent.trim()]);
}

/** Events never leave a record, unless the chain itself took back the block that they were in. Returns what to announce. */
function tellTaken(before: Mark[], now: Mark[]): string[] {
  const here = new Set(now.map(([name]) => name));
  const known = new Map([...taken, ...before]);
  const gone = [...known].filter(([name]) => !here.has(name));
  const news = gone.filter(([name]) => !taken.some(([other]) => other === name));
  taken = gone;
  const list = document.querySelector("#taken-back ul")!;
  list.replaceChildren(...gone.map(([, sentence]) => line(sentence)));
  show("taken-back", gone.length > 0);
  return news.length ? [document.getElementById("taken-back-title")!.textContent, ...news.map(([, one]) => one)] : [];
}

function line(text: string): HTMLElement {
  const item = document.createElement("li");
  item.textContent = text;
  return item;
}

/** The status sentence, where there are news, and where its deadline has come near. */
function standing(isNews: boolean): string[] {
  const status = document.getElementById("status")!;
  const left = status.dataset["left"];
  const step = left === undefined ? -1 : STEPS.filter((one) => Number(left) <= one).length;
  const stands = `${status.dataset["stands"]} ${step}`;
  const isOther = stood !== "" && stands !== stood;
  stood = stands;
  return isOther || isNews ? [status.textContent] : [];
}

/** For who listens rather than looks. */
function announce(texts: string[]): void {
  if (texts.length) document.getElementById("announcement")!.textContent = texts.join(" – ");
}

function hold(): void {
  const tables = [...document.querySelectorAll<HTMLDetailsElement>("#case details.figures[open]")];
  // What only shows is brought up to date also while it is open.
  for (const table of tables) table.removeAttribute("hx-morph-skip");
  const focus = inside(document.activeElement);
  const anchor = focus ? document.activeElement : scrollY > 0 ? inView() : null;
  held = { focus, tables: tables.map((table) => table.id), anchor, top: topOf(anchor) };
}

function giveBack(event: Event): void {
  // Also said of an answer that is no page, of which nothing is shown.
  if ((answerOf(event)?.status ?? 200) >= 400) return;
  for (const name of held.tables) document.getElementById(name)?.setAttribute("open", "");
  // What had the focus is not there any more: it does not fall to the top of the page.
  if (held.focus && !inside(document.activeElement)) document.getElementById("status")?.focus({ preventScroll: true });
  show("case-gone", false);
  show("not-updated", false);
}

/** What came in above does not push away what is being read or written. Last of all: the page is dressed by then. */
function stay(): void {
  if (!held.anchor?.isConnected) return;
  const moved = topOf(held.anchor) - held.top;
  if (Math.abs(moved) > 1) scrollBy({ top: moved, behavior: "instant" });
  held.anchor = null;
}

function topOf(element: Element | null): number {
  return element?.getBoundingClientRect().top ?? 0;
}

function inView(): Element | null {
  return [...document.querySelectorAll("#case [data-event], #case [data-exhibit], #case h2")].find((one) => topOf(one) > 0) ?? null;
}

function inside(element: Element | null): boolean {
  return element?.closest("#case") != null;
}

function failed(event: Event): void {
  const isGone = answerOf(event)?.status === 404;
  show("case-gone", isGone);
  show("not-updated", !isGone);
  announce([document.getElementById(isGone ? "case-gone" : "not-updated")!.textContent]);
}

function answerOf(event: Event): { status: number } | undefined {
  return (event as CustomEvent<{ ctx?: { response?: { status: number } } }>).detail?.ctx?.response;
}

function show(name: string, isShown: boolean): void {
  document.getElementById(name)!.hidden = !isShown;
}

/** On paper all is open. The parts themselves are remembered: an update while the page prints takes marks off them. */
function unfold(isPrinting: boolean): void {
  if (isPrinting) unfolded.push(...document.querySelectorAll<HTMLDetailsElement>("main details:not([open])"));
  for (const part of unfolded) part.open = isPrinting;
  if (!isPrinting) unfolded.length = 0;
}
