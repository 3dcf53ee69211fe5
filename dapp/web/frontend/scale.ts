// A share as a number, as a slider and as money: three ways to say the same.

const known = new WeakMap<HTMLElement, () => void>();

/** Again after every swap, which takes away what was said here. */
export function start(): void {
  for (const scale of document.querySelectorAll<HTMLElement>("[data-scale]")) {
    if (!known.has(scale)) known.set(scale, dress(scale));
    known.get(scale)!();
  }
}

/** What shows how things stand. */
function dress(scale: HTMLElement): () => void {
  const number = scale.querySelector<HTMLInputElement>("input[type=number]")!;
  const slider = scale.querySelector<HTMLInputElement>("input[type=range]")!;
  const show = (): void => {
    const text = number.value === "" || !number.validity.valid ? "" : money(scale, Number(number.value));
    scale.querySelector("[data-money]")!.textContent = text && `= ${text}`;
    slider.setAttribute("aria-valuetext", text ? `${number.value}%, ${text}` : `${slider.value}%`);
  };
  number.addEventListener("input", () => {
    if (number.value !== "" && number.validity.valid) slider.value = number.value;
    show();
  });
  slider.addEventListener("input", () => {
    number.value = slider.value;
    show();
  });
  // What was moved or typed before this came counts.
  if (number.value !== "") slider.value = number.value;
  else if (slider.value !== slider.defaultValue) number.value = slider.value;
  return show;
}

/** Rounded down, as the desk pays. */
function money(scale: HTMLElement, percent: number): string {
  const units = (BigInt(scale.dataset["amount"]!) * BigInt(Math.round(percent * 100))) / 10_000n;
  const coin = scale.dataset["coin"];
  const format = new Intl.NumberFormat(document.documentElement.lang, { maximumFractionDigits: 8 });
  return coin ? `${format.format(Number(units / 10n ** 10n) / 1e8)}\u00a0${coin}` : format.format(units);
}
