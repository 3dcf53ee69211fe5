// One JSON object, taken apart field by field; what nobody asked for is refused.
import type { Json } from "./json";

export const HASH = /^0x[0-9a-f]{64}$/;
export const ADDRESS = /^0x[0-9a-f]{40}$/;
const DATA = /^0x(?:[0-9a-f]{2})*$/;

export class Fields {
  readonly #values: Map<string, Json>;

  /** Throws RangeError for anything that is not as asked for, here and below. */
  constructor(value: Json | undefined) {
    if (typeof value !== "object" || value === null || Array.isArray(value)) throw new RangeError("an object was expected");
    this.#values = new Map(Object.entries(value));
  }

  has(name: string): boolean {
    return this.#values.has(name);
  }

  names(): string[] {
    return [...this.#values.keys()];
  }

  done(): void {
    for (const name of this.#values.keys()) throw new RangeError(`unknown field ${name.slice(0, 40)}`);
  }

  any(name: string): Json {
    const value = this.#values.get(name);
    if (value === undefined) throw new RangeError(`field ${name} is missing`);
    this.#values.delete(name);
    return value;
  }

  object(name: string): Fields {
    return new Fields(this.any(name));
  }

  array(name: string, most: number): Json[] {
    const value = this.any(name);
    if (!Array.isArray(value) || value.length > most) throw new RangeError(`${name} is no list of at most ${most}`);
    return value;
  }

  text(name: string, form?: RegExp): string {
    const value = this.any(name);
    if (typeof value !== "string" || (form && !form.test(value))) throw new RangeError(`${name} is malformed`);
    return value;
  }

  data(name: string): string {
    return this.text(name, DATA);
  }

  number(name: string, least = 0): number {
    const value = this.any(name);
    if (typeof value !== "number" || !Number.isSafeInteger(value) || value < least) throw new RangeError(`${name} is no number`);
    return value;
  }
}

export function texts(values: Json[], form: RegExp): string[] {
  for (const value of values) if (typeof value !== "string" || !form.test(value)) throw new RangeError("a list holds something malformed");
  return values as string[];
}

export function datas(values: Json[]): string[] {
  return texts(values, DATA);
}
