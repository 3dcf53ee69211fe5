// Key envelopes and manifests, to and from the service. What comes back is checked by whoever opens it.
import { json, post, problem } from "./api";
import { manifestCid, sha256, toHex } from "./cid";
import { type Envelope, sealedItems } from "./envelope";
import { openEnvelope, SealError } from "./seal";
import { toBase64, withKey } from "./keyring";
import { signedIn } from "./session";
import { me } from "./wallet";
import { say, Sentence } from "./words";

const MAX_ENVELOPES = 64;
const opened = new Map<string, Envelope>();

/** The manifest's very bytes, checked against the digest. */
export async function manifestOf(digest: string): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = await raw(`/ipfs/${manifestCid(digest)}?format=raw`);
  const manifest = new Uint8Array(await bytes.arrayBuffer());
  if (toHex(await sha256(manifest)) !== digest.toLowerCase()) throw new Sentence(say("manifest-wrong"));
  return manifest;
}

/** `recipients` are the accounts that it is sealed to; without a token whoever is signed in puts it. */
export async function store(digest: string, recipients: string[], envelope: Uint8Array, token: string | null = null): Promise<void> {
  await post(`/v1/evidence/${digest}/envelopes`, { recipients, envelope: toBase64(envelope), token });
}

/** The reader's envelope of this digest, opened: the first of those kept that is one, and belongs to the manifest. */
export async function envelopeOf(digest: string): Promise<Envelope> {
  const name = `${me()} ${digest}`;
  const known = opened.get(name);
  if (known) return known;
  await signedIn();
  const manifest = await manifestOf(digest);
  const sealed = [await sealedOf(digest, 0)];
  const envelope = await withKey((identity) => firstThatFits(digest, manifest, sealed, identity));
  opened.set(name, envelope);
  return envelope;
}

/** What another reader sent may be nonsense: then the next one is tried. */
async function firstThatFits(
  digest: string,
  manifest: Uint8Array<ArrayBuffer>,
  sealed: Uint8Array<ArrayBuffer>[],
  identity: string,
): Promise<Envelope> {
  let refusal: unknown;
  for (let at = 0; at < MAX_ENVELOPES; at += 1) {
    try {
      const envelope = await openEnvelope((sealed[at] ??= await sealedOf(digest, at)), identity);
      await sealedItems(manifest, envelope);
      return envelope;
    } catch (error) {
      if (!(error instanceof SealError)) break;
      // That another key is needed is said only where nothing else is wrong.
      if (!refusal || error.code !== "identity_wrong") refusal = error;
    }
  }
  throw refusal;
}

async function sealedOf(digest: string, skip: number): Promise<Uint8Array<ArrayBuffer>> {
  return new Uint8Array(await (await raw(`/v1/evidence/${digest}/envelope?skip=${skip}`)).arrayBuffer());
}

/** Bytes by their address. Raises Sentence. */
export async function raw(path: string): Promise<Blob> {
  const response = await fetch(path).catch(() => null);
  if (!response) throw new Sentence(say("server-away"), say("server-away-way"));
  if (!response.ok) throw problem(await response.json().catch(() => ({})));
  return response.blob();
}

/** The clerk's key, where this service names one. */
export async function clerkKey(): Promise<string | null> {
  return (await json<{ recipient: string | null }>("/v1/clerk")).recipient;
}
