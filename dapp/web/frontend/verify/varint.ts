// Unsigned varints and protobuf fields, as CID, CAR and dag-pb write them.

const MAX_BYTES = 8;

/** The number at `at` and the place after it; throws RangeError beyond 2^53 and for a spelling that is too long. */
export function varint(data: Uint8Array, at: number): [number, number] {
  let value = 0;
  for (let place = 0; place < MAX_BYTES; place += 1) {
    const byte = data[at + place];
    if (byte === undefined) break;
    value += (byte & 127) * 2 ** (7 * place);
    if (byte > 127) continue;
    if ((byte === 0 && place > 0) || !Number.isSafeInteger(value)) break;
    return [value, at + place + 1];
  }
  throw new RangeError("a varint is cut off, too long or too large");
}

/** The fields of a protobuf message in their order: numbers and byte strings, nothing else. */
export function* protobuf(data: Uint8Array): Generator<[number, number | Uint8Array]> {
  for (let at = 0; at < data.length; ) {
    let [tag, value] = [0, 0];
    [tag, at] = varint(data, at);
    const kind = tag % 8;
    if (kind !== 0 && kind !== 2) throw new RangeError("an unusual protobuf field");
    [value, at] = varint(data, at);
    if (kind === 0) {
      yield [Math.floor(tag / 8), value];
      continue;
    }
    if (value > data.length - at) throw new RangeError("a protobuf field is cut off");
    yield [Math.floor(tag / 8), data.subarray(at, at + value)];
    at += value;
  }
}
