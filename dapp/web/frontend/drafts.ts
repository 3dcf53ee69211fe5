// What was typed survives a reload. Files and secrets are never kept.

function fields(form: HTMLFormElement): (HTMLInputElement | HTMLSelectElement | HTMLTextAreaElement)[] {
  return [...form.querySelectorAll<HTMLInputElement | HTMLSelectElement | HTMLTextAreaElement>(
    "input:not([type=file], [type=hidden], [type=password]), select, textarea:not([data-unkept])",
  )];
}

function key(name: string): string {
  return `redress.draft.${name}`;
}

export function keepDraft(form: HTMLFormElement): void {
  const name = form.dataset["draft"];
  if (!name) return;
  const kept = JSON.parse(localStorage.getItem(key(name)) ?? "{}") as Record<string, string | boolean>;
  for (const field of fields(form)) {
    const value = kept[slot(field)];
    if (value === undefined) continue;
    if (isChoice(field)) field.checked = value === true;
    else field.value = String(value);
  }
  form.addEventListener("input", () => {
    const values = fields(form).map((field) => [slot(field), isChoice(field) ? field.checked : field.value]);
    localStorage.setItem(key(name), JSON.stringify(Object.fromEntries(values)));
  });
}

export function clearDraft(name: string): void {
  localStorage.removeItem(key(name));
}

function isChoice(field: Element): field is HTMLInputElement {
  return field instanceof HTMLInputElement && (field.type === "radio" || field.type === "checkbox");
}

function slot(field: HTMLInputElement | HTMLSelectElement | HTMLTextAreaElement): string {
  return isChoice(field) ? `${field.name}=${field.value}` : field.name;
}
