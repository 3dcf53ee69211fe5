// A person's key: X25519, spelled as age spells it, and as the 32 bytes of the key registry.
// The same rules as evidence/recipient.py and evidence/identity.py.
import { bech32 } from "@scure/base";
import { Decrypter, Encrypter, generateX25519Identity, identityToRecipient } from "age-encryption";
import { toHex } from "./cid";
import { fromHex } from "./hash";
import { SealError } from "./errors";

export interface Key {
  /** The secret: AGE-SECRET-KEY-1… */
  identity: string;
  /** Its public half: age1… */
  recipient: string;
  /** The public half as the chain holds it: 0x and 64 digits. */
  key: string;
}

const MIN_PASSPHRASE_CHARS = 12;
const MAX_WORK_FACTOR = 20;
const MAX_BACKUP_BYTES = 64 * 1024;
const RECIPIENT = /^age1[02-9ac-hj-np-z]{58}$/;
const IDENTITY = /^AGE-SECRET-KEY-1[02-9AC-HJ-NP-Z]{58}$/;
const BACKUP = /^age-encryption\.org\/v1\n-> scrypt [A-Za-z0-9+/]{22} ([1-9][0-9]?)\n/;
const FIELD = 2n ** 255n - 19n;
/** Points that give everybody the same shared secret (RFC 7748, section 7). */
const SMALL_ORDER = [
  0n,
  1n,
  FIELD - 1n,
  325606250916557431795983626356110631294008115727848805560023387167927233504n,
  39382357235489614581723060781553021112529911719440698176882885853963445705823n,
];

export async function newKey(): Promise<Key> {
  return keyFrom(await generateX25519Identity());
}

export async function keyFrom(identity: string): Promise<Key> {
  const recipient = await recipientOf(identity);
  return { identity, recipient, key: keyOf(recipient) };
}

export async function recipientOf(identity: string): Promise<string> {
  if (IDENTITY.test(identity)) {
    const recipient = await identityToRecipient(identity).catch(() => null);
    if (recipient) return recipient;
  }
  throw new SealError("identity_invalid", "not a secret key of age");
}

/** The chain's 32 bytes of age1… */
export function keyOf(recipient: string): string {
  const start = recipient.slice(0, 100).toLowerCase();
  if (start.startsWith("ssh-") || (start.startsWith("age1") && start.includes("1", 4))) {
    throw new SealError("recipient_unsupported", "only plain X25519 recipients (age1…) can be read by everyone here");
  }
  const bytes = RECIPIENT.test(recipient) ? decoded(recipient) : null;
  if (!bytes) throw new SealError("recipient_invalid", "not a recipient of age");
  check(bytes);
  return toHex(bytes);
}

/** age1… of the chain's 32 bytes. */
export function recipientOfKey(key: string): string {
  if (!/^0x[0-9a-fA-F]{64}$/.test(key)) throw new SealError("recipient_invalid", "a key has 32 bytes");
  const bytes = fromHex(key);
  check(bytes);
  return bech32.encodeFromBytes("age", bytes);
}

/** Takes about a second, in which the page stands still. */
export async function backUp(identity: string, passphrase: string): Promise<Uint8Array<ArrayBuffer>> {
  await recipientOf(identity);
  const words = passphrase.normalize("NFC");
  if ([...words].length < MIN_PASSPHRASE_CHARS) {
    throw new SealError("passphrase_weak", `a passphrase has at least ${MIN_PASSPHRASE_CHARS} characters`);
  }
  const age = new Encrypter();
  age.setPassphrase(words);
  return Uint8Array.from(await age.encrypt(`${identity}\n`));
}

/** The key out of a backup, whichever age program wrote it. */
export async function recover(backup: Uint8Array, passphrase: string): Promise<Key> {
  const start = String.fromCharCode(...backup.subarray(0, 100));
  const factor = Number(BACKUP.exec(start)?.[1] ?? 99);
  if (backup.length > MAX_BACKUP_BYTES || factor > MAX_WORK_FACTOR) {
    throw new SealError("backup_invalid", "not a backup of a key, or one that takes too much work");
  }
  const age = new Decrypter();
  age.addPassphrase(passphrase.normalize("NFC"));
  const plain = await age.decrypt(backup, "text").catch(() => {
    throw new SealError("passphrase_wrong", "the passphrase is wrong, or the backup is damaged");
  });
  const lines = plain.split(/\r?\n/).map((line) => line.trim());
  const found = lines.filter((line) => line && !line.startsWith("#"));
  if (found.length !== 1) throw new SealError("identity_invalid", "a backup holds one secret key");
  return keyFrom(found[0]!);
}

function decoded(recipient: string): Uint8Array | null {
  try {
    return bech32.decodeToBytes(recipient).bytes;
  } catch {
    return null;
  }
}

function check(key: Uint8Array): void {
  const value = BigInt(toHex(Uint8Array.from(key).reverse()));
  if (value >= FIELD || SMALL_ORDER.includes(value)) {
    throw new SealError("recipient_invalid", "the key is no point that anything can be sealed to");
  }
}
