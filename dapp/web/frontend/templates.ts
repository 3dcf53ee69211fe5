// Texts that an organisation keeps in its browsers, one set for each organisation; nobody else ever gets them.
import { say, Sentence } from "./words";

interface Template {
  name: string;
  text: string;
}

const SCHEMA = "redress-templates/1";
const MOST = 200;
const MOST_NAME = 80;
const MOST_TEXT = 10_000;
const MOST_FILE = 4 << 20;

function slot(organisation: string): string {
  return `redress.templates.${organisation}`;
}

function kept(organisation: string): Template[] {
  try {
    return checked(JSON.parse(localStorage.getItem(slot(organisation)) ?? "[]"));
  } catch {
    return [];
  }
}

function keep(organisation: string, templates: Template[]): void {
  if (templates.length > MOST) throw new Sentence(say("template-many", { most: MOST }));
  const sorted = [...templates].sort((one, other) => one.name.localeCompare(other.name));
  localStorage.setItem(slot(organisation), JSON.stringify(sorted));
}

/** Only what has the shape of templates; anything else is no list of them. */
function checked(value: unknown): Template[] {
  if (!Array.isArray(value) || value.length > MOST) throw new Sentence(say("template-file"));
  return value.map((one: Partial<Template> | null) => {
    const { name, text } = one ?? {};
    const isOne = typeof name === "string" && typeof text === "string" && name.trim() !== "" && text.trim() !== "";
    if (!isOne || name.length > MOST_NAME || text.length > MOST_TEXT) throw new Sentence(say("template-file"));
    return { name: name.trim(), text };
  });
}

/** `{amount}` takes its value; what nobody knows stays as it is. */
export function filled(text: string, values: Record<string, string | number>): string {
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => String(Object.hasOwn(values, name) ? values[name] : whole));
}

/** A template of the same name is replaced. */
function joined(some: Template[], more: Template[]): Template[] {
  return [...new Map([...some, ...more].map((one) => [one.name, one])).values()];
}

export function start(fail: (error: unknown) => void): void {
  for (const box of document.querySelectorAll<HTMLElement>("[data-templates]")) offer(box);
  const editor = document.querySelector<HTMLElement>("[data-templates-editor]");
  if (editor && editor.hidden) edit(editor, fail);
}

/** A form's choice of texts; hidden where there are none. */
function offer(box: HTMLElement): void {
  const templates = kept(box.dataset["templates"]!);
  const select = box.querySelector("select")!;
  box.hidden = templates.length === 0;
  if (select.options.length !== templates.length + 1) {
    const options = templates.map((one, place) => new Option(one.name, String(place)));
    select.replaceChildren(select.options[0]!, ...options);
  }
  if (select.dataset["ready"] === undefined) select.addEventListener("change", () => fill(box, select));
  select.dataset["ready"] = "";
}

function fill(box: HTMLElement, select: HTMLSelectElement): void {
  const template = kept(box.dataset["templates"]!)[Number(select.value)];
  const form = box.closest("form")!;
  const words = form.querySelector<HTMLTextAreaElement>("[data-statement] textarea")!;
  if (!template || select.value === "") return;
  const write = (): void => {
    words.value = filled(template.text, { ...(JSON.parse(box.dataset["values"]!) as Record<string, string>), ...shares(form) });
    last = words.value;
    words.dispatchEvent(new Event("input", { bubbles: true }));
  };
  let last = "";
  write();
  // A share that is typed afterwards comes into the text, until the text is somebody's own.
  const share = form.elements.namedItem("share");
  if (share instanceof HTMLInputElement) share.oninput = () => words.value === last && write();
}

function shares(form: HTMLFormElement): Record<string, string> {
  const share = form.elements.namedItem("share");
  if (!(share instanceof HTMLInputElement) || share.value === "") return {};
  const percent = { style: "percent", maximumFractionDigits: 2 } as const;
  return { share: new Intl.NumberFormat(document.documentElement.lang, percent).format(share.valueAsNumber / 100) };
}

function edit(editor: HTMLElement, fail: (error: unknown) => void): void {
  const organisation = editor.dataset["templatesEditor"]!;
  const form = editor.querySelector<HTMLFormElement>("[data-template-form]")!;
  const said = editor.querySelector<HTMLElement>("[data-template-said]")!;
  const change = (templates: Template[], words: string): void => {
    try {
      keep(organisation, templates);
      said.textContent = words;
    } catch (error) {
      fail(error);
    }
    list(editor, organisation, form, change);
  };
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const [name, text] = ["name", "text"].map((one) => (form.elements.namedItem(one) as HTMLInputElement).value) as [string, string];
    change(joined(kept(organisation), [{ name: name.trim(), text }]), say("template-kept", { name: name.trim() }));
    form.reset();
  });
  editor.querySelector("[data-template-export]")!.addEventListener("click", () => save(organisation));
  const input = editor.querySelector<HTMLInputElement>("[data-template-import]")!;
  input.addEventListener("change", () => {
    read(input.files?.[0]).then((found) => change(joined(kept(organisation), found), say("template-taken", { number: found.length })), fail);
    input.value = "";
  });
  editor.hidden = false;
  list(editor, organisation, form, change);
}

function list(editor: HTMLElement, organisation: string, form: HTMLFormElement, change: (some: Template[], words: string) => void): void {
  const templates = kept(organisation);
  const template = editor.querySelector("template")!;
  editor.querySelector<HTMLElement>("[data-template-none]")!.hidden = templates.length > 0;
  const rows = templates.map((one) => {
    const row = (template.content.cloneNode(true) as DocumentFragment).querySelector("li")!;
    row.querySelector("[data-name]")!.textContent = one.name;
    row.querySelector("[data-text]")!.textContent = one.text;
    const [changing, removing] = ["[data-change]", "[data-remove]"].map((which) => row.querySelector<HTMLButtonElement>(which)!);
    changing!.setAttribute("aria-label", say("template-change", { name: one.name }));
    removing!.setAttribute("aria-label", say("template-remove", { name: one.name }));
    changing!.addEventListener("click", () => {
      for (const name of ["name", "text"] as const) (form.elements.namedItem(name) as HTMLInputElement).value = one[name];
      (form.elements.namedItem("text") as HTMLElement).focus();
    });
    removing!.addEventListener("click", () => {
      change(kept(organisation).filter(({ name }) => name !== one.name), say("template-removed", { name: one.name }));
      (form.elements.namedItem("name") as HTMLElement).focus();
    });
    return row;
  });
  editor.querySelector("[data-template-list]")!.replaceChildren(...rows);
}

function save(organisation: string): void {
  const text = JSON.stringify({ schema: SCHEMA, templates: kept(organisation) }, null, 2);
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([text], { type: "application/json" }));
  link.download = `redress-templates-${organisation}.json`;
  link.click();
}

async function read(file: File | undefined): Promise<Template[]> {
  if (!file || file.size > MOST_FILE) throw new Sentence(say("template-file"));
  let found: { schema?: unknown; templates?: unknown } | null;
  try {
    found = JSON.parse(await file.text()) as typeof found;
  } catch {
    throw new Sentence(say("template-file"));
  }
  if (found?.schema !== SCHEMA) throw new Sentence(say("template-file"));
  return checked(found.templates);
}
