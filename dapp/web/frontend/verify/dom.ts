// Elements from text that others wrote: nothing is ever read as markup.

type Child = Node | string | undefined;

export function make(tag: string, attributes: { [name: string]: string } = {}, ...children: Child[]): HTMLElement {
  const found = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) found.setAttribute(name, value);
  found.append(...children.filter((child) => child !== undefined));
  return found;
}

export function find<T extends HTMLElement = HTMLElement>(mark: string): T {
  return document.querySelector<T>(`[data-${mark}]`)!;
}

export function facts(pairs: [string, Child][]): HTMLElement {
  return make(
    "dl",
    { class: "facts wide" },
    ...pairs.flatMap(([name, value]) => [make("dt", {}, name), make("dd", {}, value)]),
  );
}

export function code(text: string): HTMLElement {
  return make("code", { class: "word" }, text);
}
