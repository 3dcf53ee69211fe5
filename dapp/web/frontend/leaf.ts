// A signed complaint under its batch's root, and the promise about it, as ComplaintAnchor hashes them (docs/anchoring.md).
import { keccak, words } from "./hash";

export interface Complaint {
  order: { organisation: number; version: number; customer: string; token: string; ref: string };
  /** Basis points. */
  demand: number;
  category: string;
  /** Null where nothing was said. */
  digest: string | null;
  /** Null for anyone. */
  opener: string | null;
  anchor_by: { unix: number };
}

const CATEGORIES = ["account", "transaction", "order", "security", "technical", "conduct", "feedback"];
// The types' hashes (EIP-712), of the structs in contracts/interfaces/IComplaintAnchor.sol; a test compares them.
const COMPLAINT = "0x2e00b797a00fece3dccfc027ed821ab593bd2261d721bf28a7b0a4414311920b";
const RECEIPT = "0x9ab3361045eb9add626c5e240f517a155e4c369e47ddda17d2f51615874ca48c";

export function leafOf(chainId: string, anchor: string, complaint: Complaint): string {
  const { organisation, version, customer, token, ref } = complaint.order;
  const said = [complaint.demand, CATEGORIES.indexOf(complaint.category), complaint.digest ?? 0, complaint.opener ?? 0];
  const content = words(COMPLAINT, organisation, version, customer, token, ref, ...said, complaint.anchor_by.unix, anchor);
  return keccak(keccak(words(chainId, anchor, keccak(content))));
}

export function rootOf(leaf: string, proof: string[]): string {
  return proof.reduce((node, other) => keccak(node < other ? words(node, other) : words(other, node)), leaf);
}

/** The struct that the sender of the batches signs. */
export function receiptHash(leaf: string, anchor: string, sender: string, anchorBy: number): string {
  return keccak(words(RECEIPT, leaf, anchor, sender, anchorBy));
}
