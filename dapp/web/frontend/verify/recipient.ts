// Whom sealed items are sealed to: an X25519 key in Bech32 (BIP 173), as age spells it.
const ALPHABET = "qpzry9x8gf2tvdw0s3jn54khce6mua7l";
const FORM = /^age1[02-9ac-hj-np-z]{58}$/;
const GENERATOR = [0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3];
// What precedes the data in the checksum: "age", its high bits and its low ones.
const PREFIX = [3, 3, 3, 0, 1, 7, 5];
const FIELD = 2n ** 255n - 19n;
// Points that give everybody the same secret (RFC 7748, section 7).
const SMALL_ORDER = [
  0n,
  1n,
  FIELD - 1n,
  325606250916557431795983626356110631294008115727848805560023387167927233504n,
  39382357235489614581723060781553021112529911719440698176882885853963445705823n,
];

/** Throws RangeError. */
export function checkRecipient(text: string): void {
  if (!FORM.test(text)) throw new RangeError("a recipient is malformed");
  const values = [...text.slice(4)].map((char) => ALPHABET.indexOf(char));
  if (checksum(values) !== 1 || values[51]! & 15) throw new RangeError("a recipient's character is wrong");
  const bits = values.slice(0, 52).reduce((total, value) => (total << 5n) | BigInt(value), 0n) >> 4n;
  const bytes = bits.toString(16).padStart(64, "0").match(/../g)!;
  const key = BigInt("0x" + bytes.reverse().join(""));
  if (key >= FIELD || SMALL_ORDER.includes(key)) throw new RangeError("a recipient is no key");
}

function checksum(values: number[]): number {
  let rest = 1;
  for (const value of [...PREFIX, ...values]) {
    const top = rest >>> 25;
    rest = ((rest & 0x1ffffff) << 5) ^ value;
    GENERATOR.forEach((word, bit) => ((top >>> bit) & 1 ? (rest ^= word) : 0));
  }
  return rest >>> 0;
}
