// The last look before signing: what was typed, what it comes to, until when, and what it costs.
import { fee, share } from "./price";

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
    showOrder(form);
  };
  slide(form);
  form.addEventListener("input", show);
  form.addEventListener("change", show);
  const list = form.querySelector("[data-files]");
  if (list) new MutationObserver(show).observe(list, { childList: true });
  show();
}

/** What hangs on the order: the amount that is asked for, the deadlines, the fee. */
function showOrder(form: HTMLFormElement): void {
  const order = form.querySelector<HTMLInputElement>("input[name=order]:checked");
  const demand = form.querySelector<HTMLInputElement>("input[name=demand]")!;
  const asked = share(order, demand.value);
  for (const place of form.querySelectorAll<HTMLElement>("[data-share]")) place.textContent = asked && `= ${asked}`;
  for (const part of form.querySelectorAll<HTMLElement>("[data-for-order]")) part.hidden = part.dataset["forOrder"] !== order?.value;
  const place = form.querySelector<HTMLElement>("[data-fee]")!;
  if (!order || place.dataset["fee"] === order.value) return;
  place.dataset["fee"] = order.value;
  void fee(form, order.value).then((text) => {
    if (place.dataset["fee"] !== order.value) return;
    place.textContent = text;
    place.hidden = false;
  });
}

/** A slider beside the number: either moves the other. */
function slide(form: HTMLFormElement): void {
  const slider = form.querySelector<HTMLInputElement>("[data-slides]")!;
  const number = form.elements.namedItem(slider.dataset["slides"]!) as HTMLInputElement;
  slider.hidden = false;
  slider.value = number.value;
  slider.addEventListener("input", () => (number.value = slider.value));
  number.addEventListener("input", () => (slider.value = number.value));
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
