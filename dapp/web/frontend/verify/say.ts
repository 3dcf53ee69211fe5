// The page's sentences and how its language writes amounts, times and shares.

const table = JSON.parse(document.getElementById("verify-words")?.textContent ?? "{}") as { [key: string]: string };
const language = document.documentElement.lang || "en";
const UNITS: [Intl.NumberFormatOptions["unit"] & string, number][] = [
  ["day", 86_400],
  ["hour", 3600],
  ["minute", 60],
  ["second", 1],
];
const WEI_PER_STEP = 10n ** 10n;
const STEPS = 10n ** 8n;

export function say(key: string, values: { [name: string]: string | number } = {}): string {
  return (table[key] ?? key).replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole));
}

export function count(value: number): string {
  return value.toLocaleString(language);
}

/** Of basis points. */
export function share(value: number): string {
  return (value / 10_000).toLocaleString(language, { style: "percent", maximumFractionDigits: 2 });
}

const POINT = new Intl.NumberFormat(language).formatToParts(0.5).find((part) => part.type === "decimal")?.value ?? ".";

/** In ETH, up to eight digits and never rounded up; units of a token as they are. */
export function amount(wei: bigint, isNative: boolean): string {
  if (!isNative) return say("units", { count: wei.toLocaleString(language) });
  const steps = wei / WEI_PER_STEP;
  const digits = (steps % STEPS).toString().padStart(8, "0").replace(/0+$/, "");
  return `${(steps / STEPS).toLocaleString(language)}${digits && POINT}${digits}\u00a0ETH`;
}

/** Of Unix seconds, in UTC. */
export function time(seconds: number): string {
  const options: Intl.DateTimeFormatOptions = { dateStyle: "medium", timeStyle: "short", timeZone: "UTC" };
  return `${new Date(seconds * 1000).toLocaleString(language, options)} UTC`;
}

/** The two largest units. */
export function span(seconds: number): string {
  let rest = seconds;
  const parts = UNITS.map(([unit, size]) => {
    const whole = Math.floor(rest / size);
    rest -= whole * size;
    return whole ? whole.toLocaleString(language, { style: "unit", unit, unitDisplay: "long" }) : "";
  });
  return parts.filter(Boolean).slice(0, 2).join(" ") || (0).toLocaleString(language, { style: "unit", unit: "second", unitDisplay: "long" });
}
