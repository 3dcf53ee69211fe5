// Events, decoded by the compiler's own account of them (tables.mjs).
import { hash, word } from "./bytes";
import { demand, under } from "./fault";
import type { Log, Receipt } from "./form";

declare const EVENTS: { [contract: string]: string[] };

interface Argument {
  name: string;
  type: string;
  indexed: boolean;
}

interface Shape {
  name: string;
  arguments: Argument[];
}

/** Decodes what a record holds. Throws `record-senseless`, and `event-misplaced` for what belongs in no record. */
export function decodeAll(logs: Log[], isNamed: (contract: string) => boolean): Event[] {
  return logs.map((log) => {
    demand(isNamed(log.contract), "event-misplaced", "an event of a contract that the bundle does not name");
    return under("record-senseless", () => decode(log));
  });
}

export class Event {
  constructor(
    readonly contract: string,
    readonly name: string,
    readonly topic0: string,
    /** All arguments as declared, 32 bytes each; nothing where one is dynamic. */
    readonly words: string,
    /** -1 where nothing proves it. */
    readonly time: number,
    readonly receipt: Receipt | undefined,
    private readonly values: Map<string, bigint | bigint[]>,
  ) {}

  get(name: string): bigint {
    const value = this.values.get(name);
    if (typeof value !== "bigint") throw new RangeError(`${this.name} has no ${name}`);
    return value;
  }

  list(name: string): bigint[] {
    const value = this.values.get(name);
    if (!Array.isArray(value)) throw new RangeError(`${this.name} has no list ${name}`);
    return value;
  }

  has(name: string): boolean {
    return this.values.has(name);
  }

  /** Of small numbers. */
  number(name: string): number {
    return Number(this.get(name));
  }

  /** 32 bytes. */
  hash(name: string): string {
    return "0x" + word(this.get(name));
  }

  address(name: string): string {
    return "0x" + word(this.get(name)).slice(24);
  }
}

const SHAPES = new Map(Object.entries(EVENTS).map(([contract, events]) => [contract, new Map(events.map(shape))]));

export function isKnown(contract: string): boolean {
  return SHAPES.has(contract);
}

/** All that is known: by contract and topic, each argument's name, type and whether it is indexed. */
export function shapes(): { [contract: string]: { [topic: string]: [string, string, boolean][] } } {
  const plain = (one: Shape): [string, string, boolean][] => one.arguments.map(({ name, type, indexed }) => [name, type, indexed]);
  const byTopic = (events: Map<string, Shape>): { [topic: string]: [string, string, boolean][] } =>
    Object.fromEntries([...events].map(([topic, one]) => [topic, plain(one)]));
  return Object.fromEntries([...SHAPES].map(([contract, events]) => [contract, byTopic(events)]));
}

/** By its topic. */
function shape(text: string): [string, Shape] {
  const [name = "", inside = ""] = text.slice(0, -1).split("(");
  const parts = inside.split(",").map((part) => part.split(/([+ ])/));
  const found = parts.map(([type = "", mark, name = ""]) => ({ name, type, indexed: mark === "+" }));
  const signature = `${name}(${found.map((one) => one.type)})`;
  return [hash(new TextEncoder().encode(signature)), { name, arguments: found }];
}

/** Throws RangeError for what the contract cannot have said. */
export function decode(log: Log): Event {
  const topic0 = log.topics[0]!;
  const found = SHAPES.get(log.contract)?.get(topic0);
  demand(found !== undefined, "event-misplaced", "an event of no known kind");
  const indexed = found.arguments.filter((one) => one.indexed);
  if (indexed.length !== log.topics.length - 1) throw new RangeError(`${found.name} has another number of topics`);
  const data = log.data.slice(2);
  const values = new Map<string, bigint | bigint[]>();
  let [topic, at, words] = [1, 0, "0x"];
  const head = 64 * (found.arguments.length - indexed.length);
  let end = head;
  for (const { name, type, indexed: isTopic } of found.arguments) {
    const text = isTopic ? log.topics[topic]!.slice(2) : data.slice(at, at + 64);
    if (text.length !== 64) throw new RangeError(`${found.name} is cut off`);
    if (isTopic) topic += 1;
    else at += 64;
    words += text;
    if (!type.endsWith("[]")) {
      values.set(name, checked(type, text));
      continue;
    }
    const items = array(type.slice(0, -2), data, end, BigInt("0x" + text));
    end += 64 * (items.length + 1);
    values.set(name, items);
  }
  if (data.length !== end) throw new RangeError(`${found.name} has more or less data`);
  const isDynamic = end !== head;
  return new Event(log.contract, found.name, topic0, isDynamic ? "" : words, log.time ?? -1, log.receipt, values);
}

/** The list whose place `offset` says, which must be `at`: right behind what came before. */
function array(type: string, data: string, at: number, offset: bigint): bigint[] {
  const size = data.slice(at, at + 64);
  if (offset * 2n !== BigInt(at) || size.length !== 64) throw new RangeError("a list is not where it must be");
  const count = BigInt("0x" + size);
  if (count * 64n > BigInt(data.length - at - 64)) throw new RangeError("a list is cut off");
  return Array.from(
    { length: Number(count) },
    (_, place) => checked(type, data.slice(at + 64 * (place + 1), at + 64 * (place + 2))),
  );
}

function checked(type: string, text: string): bigint {
  const value = BigInt("0x" + text);
  if (type === "int256") return BigInt.asIntN(256, value);
  const bits = type === "bool" ? 1 : type === "address" ? 160 : Number(/^uint(\d+)$/.exec(type)?.[1] ?? 256);
  if (value >> BigInt(bits)) throw new RangeError("a number is out of range");
  return value;
}
