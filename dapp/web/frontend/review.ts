// The last look before signing: what was typed, put into the review's places.
export function start(): void {
  const review = document.querySelector<HTMLElement>("[data-review]")!;
  const form = review.closest("form")!;
  if (review.dataset["review"] === "on") return;
  review.dataset["review"] = "on";
  const show = (): void => {
    for (const place of review.querySelectorAll<HTMLElement>("[data-of]")) {
      const field = form.elements.namedItem(place.dataset["of"]!);
      place.textContent = said(field) || "–";
    }
    const list = form.querySelector("[data-files]");
    const rows = [...(list?.querySelectorAll("li") ?? [])];
    const isSealed = (part: ParentNode): boolean => part.querySelector("[data-seal]:checked") !== null;
    const names = (some: HTMLLIElement[]): string => some.map((row) => row.querySelector("[data-name]")!.textContent).join(", ");
    const files = review.querySelector("[data-of-files]");
    if (files) files.textContent = names(rows.filter((row) => !isSealed(row))) || "–";
    const words = form.querySelector("[data-seal=text]:checked") ? form.querySelector("[data-text]")!.textContent!.trim() : "";
    const sealed = [words, names(rows.filter(isSealed))].filter(Boolean).join(", ");
    for (const part of review.querySelectorAll<HTMLElement>("[data-of-sealed]")) part.hidden = !sealed;
    const place = review.querySelector("dd[data-of-sealed]");
    if (place) place.textContent = sealed;
  };
  form.addEventListener("input", show);
  const list = form.querySelector("[data-files]");
  if (list) new MutationObserver(show).observe(list, { childList: true });
  show();
}

function said(field: Element | RadioNodeList | null): string {
  if (field instanceof RadioNodeList) {
    const chosen = [...field].find((one) => (one as HTMLInputElement).checked) as HTMLInputElement | undefined;
    return chosen?.closest("label")?.querySelector("[data-name]")?.textContent ?? chosen?.value ?? "";
  }
  if (field instanceof HTMLSelectElement) return field.selectedOptions[0]?.textContent ?? "";
  if (field instanceof HTMLInputElement && field.type === "radio") {
    return field.checked ? (field.closest("label")?.querySelector("[data-name]")?.textContent ?? "") : "";
  }
  return (field as HTMLInputElement | null)?.value ?? "";
}
