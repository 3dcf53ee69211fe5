// Stands in for the arithmetic of post-quantum and hardware keys; see build.mjs.
export const MLKEM768P256 = undefined;
export const MLKEM768X25519 = undefined;
export const p256 = undefined;
