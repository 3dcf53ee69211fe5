// What was typed survives a reload. Files and secrets are never kept; of public files, their names are.

type Field = HTMLInputElement | HTMLSelectElement | HTMLTextAreaElement;
type Kept = Record<string, string | boolean>;

/** A file's name and its size in bytes. */
type Named = [name: string, size: number];

/** What is sent with the form under a name; the rows of files have controls of their own. */
function fields(form: HTMLFormElement): Field[] {
  const found = form.querySelectorAll<Field>(
    "input[name]:not([type=file], [type=hidden], [type=password]), select[name], textarea[name]:not([data-unkept])",
  );
  return [...found].filter((field) => field.form === form);
}

function key(name: string): string {
  return `redress.draft.${name}`;
}

export function keepDraft(form: HTMLFormElement): void {
  const name = form.dataset["draft"];
  if (!name) return;
  // What is typed while this script is on its way counts more than what was kept.
  const isBegun = form.hasAttribute("hx-morph-skip");
  if (!isBegun) restore(form, JSON.parse(localStorage.getItem(key(name)) ?? "{}") as Kept);
  const missing = new Missing(form, JSON.parse(localStorage.getItem(`${key(name)}.files`) ?? "[]") as Named[]);
  const keep = (): void => {
    const values = fields(form).map((field) => [slot(field), isChoice(field) ? field.checked : field.value]);
    localStorage.setItem(key(name), JSON.stringify(Object.fromEntries(values)));
    localStorage.setItem(`${key(name)}.files`, JSON.stringify(missing.update()));
  };
  form.addEventListener("input", keep);
  form.addEventListener("change", keep);
  if (isBegun) keep();
}

/** What the page's address says counts more than what was chosen before. */
function restore(form: HTMLFormElement, kept: Kept): void {
  for (const field of fields(form)) {
    const value = kept[slot(field)];
    if (value === undefined || "given" in field.dataset) continue;
    if (isChoice(field)) field.checked = value === true;
    else field.value = String(value);
  }
}

/** Files that were chosen before a reload, and have not been again. */
class Missing {
  constructor(
    private readonly form: HTMLFormElement,
    private files: Named[],
  ) {
    this.show();
  }

  /** Those that are named after the next reload: chosen now and public, or missing still. */
  update(): Named[] {
    const rows = [...this.form.querySelectorAll<HTMLElement>("[data-files] > li")];
    const all = rows.map((row): Named => [row.querySelector("[data-name]")!.textContent!, Number(row.dataset["size"])]);
    this.files = this.files.filter(([name]) => !all.some(([other]) => other === name));
    this.show();
    return [...this.files, ...all.filter((_, at) => !rows[at]!.querySelector("[data-seal]:checked"))];
  }

  private show(): void {
    const note = this.form.querySelector<HTMLElement>("[data-again]");
    if (!note) return;
    note.hidden = this.files.length === 0;
    note.querySelector("ul")!.replaceChildren(
      ...this.files.map(([name]) => {
        const line = document.createElement("li");
        line.dir = "auto";
        line.textContent = name;
        return line;
      }),
    );
  }
}

export function clearDraft(name: string): void {
  localStorage.removeItem(key(name));
  localStorage.removeItem(`${key(name)}.files`);
  if (name.startsWith("mail.")) void import("./mailed").then(({ drop }) => drop(name));
}

function isChoice(field: Element): field is HTMLInputElement {
  return field instanceof HTMLInputElement && (field.type === "radio" || field.type === "checkbox");
}

function slot(field: Field): string {
  return isChoice(field) ? `${field.name}=${field.value}` : field.name;
}
