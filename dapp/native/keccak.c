#include "keccak.h"

#include <string.h>

static const uint64_t ROUNDS[24] = {
    0x0000000000000001, 0x0000000000008082, 0x800000000000808a, 0x8000000080008000,
    0x000000000000808b, 0x0000000080000001, 0x8000000080008081, 0x8000000000008009,
    0x000000000000008a, 0x0000000000000088, 0x0000000080008009, 0x000000008000000a,
    0x000000008000808b, 0x800000000000008b, 0x8000000000008089, 0x8000000000008003,
    0x8000000000008002, 0x8000000000000080, 0x000000000000800a, 0x800000008000000a,
    0x8000000080008081, 0x8000000000008080, 0x0000000080000001, 0x8000000080008008,
};

static inline uint64_t turn(uint64_t lane, unsigned by) {
    return by ? lane << by | lane >> (64 - by) : lane;
}

/* One row of chi: lanes of `b` after rho and pi into a row of `to`. */
#define ROW(to, row, b0, b1, b2, b3, b4)                                                           \
    to[row + 0] = b0 ^ (~b1 & b2);                                                                 \
    to[row + 1] = b1 ^ (~b2 & b3);                                                                 \
    to[row + 2] = b2 ^ (~b3 & b4);                                                                 \
    to[row + 3] = b3 ^ (~b4 & b0);                                                                 \
    to[row + 4] = b4 ^ (~b0 & b1)

/* Theta, rho, pi, chi and iota, from lanes x + 5 y to others. */
static inline void one_round(const uint64_t a[25], uint64_t to[25], uint64_t constant) {
    const uint64_t c0 = a[0] ^ a[5] ^ a[10] ^ a[15] ^ a[20];
    const uint64_t c1 = a[1] ^ a[6] ^ a[11] ^ a[16] ^ a[21];
    const uint64_t c2 = a[2] ^ a[7] ^ a[12] ^ a[17] ^ a[22];
    const uint64_t c3 = a[3] ^ a[8] ^ a[13] ^ a[18] ^ a[23];
    const uint64_t c4 = a[4] ^ a[9] ^ a[14] ^ a[19] ^ a[24];
    const uint64_t d0 = c4 ^ turn(c1, 1), d1 = c0 ^ turn(c2, 1), d2 = c1 ^ turn(c3, 1);
    const uint64_t d3 = c2 ^ turn(c4, 1), d4 = c3 ^ turn(c0, 1);
    uint64_t b0, b1, b2, b3, b4;

    b0 = a[0] ^ d0, b1 = turn(a[6] ^ d1, 44), b2 = turn(a[12] ^ d2, 43);
    b3 = turn(a[18] ^ d3, 21), b4 = turn(a[24] ^ d4, 14);
    ROW(to, 0, b0, b1, b2, b3, b4);
    to[0] ^= constant;
    b0 = turn(a[3] ^ d3, 28), b1 = turn(a[9] ^ d4, 20), b2 = turn(a[10] ^ d0, 3);
    b3 = turn(a[16] ^ d1, 45), b4 = turn(a[22] ^ d2, 61);
    ROW(to, 5, b0, b1, b2, b3, b4);
    b0 = turn(a[1] ^ d1, 1), b1 = turn(a[7] ^ d2, 6), b2 = turn(a[13] ^ d3, 25);
    b3 = turn(a[19] ^ d4, 8), b4 = turn(a[20] ^ d0, 18);
    ROW(to, 10, b0, b1, b2, b3, b4);
    b0 = turn(a[4] ^ d4, 27), b1 = turn(a[5] ^ d0, 36), b2 = turn(a[11] ^ d1, 10);
    b3 = turn(a[17] ^ d2, 15), b4 = turn(a[23] ^ d3, 56);
    ROW(to, 15, b0, b1, b2, b3, b4);
    b0 = turn(a[2] ^ d2, 62), b1 = turn(a[8] ^ d3, 55), b2 = turn(a[14] ^ d4, 39);
    b3 = turn(a[15] ^ d0, 41), b4 = turn(a[21] ^ d1, 2);
    ROW(to, 20, b0, b1, b2, b3, b4);
}

static void permute(uint64_t lanes[25]) {
    uint64_t other[25];
    for (int round = 0; round < 24; round += 2) {
        one_round(lanes, other, ROUNDS[round]);
        one_round(other, lanes, ROUNDS[round + 1]);
    }
}

static inline uint64_t little(const uint8_t *bytes) {
    uint64_t lane = 0;
    for (int place = 0; place < 8; place++) lane |= (uint64_t)bytes[place] << (8 * place);
    return lane;
}

static inline void mix(Keccak *state, uint8_t byte) {
    state->lanes[state->at / 8] ^= (uint64_t)byte << (8 * (state->at % 8));
    if (++state->at == KECCAK_RATE) {
        permute(state->lanes);
        state->at = 0;
    }
}

void keccak_begin(Keccak *state) {
    memset(state, 0, sizeof *state);
}

void keccak_add(Keccak *state, const uint8_t *data, size_t size) {
    for (; size && state->at % 8; data++, size--) mix(state, *data);
    for (; size >= 8; data += 8, size -= 8) {
        state->lanes[state->at / 8] ^= little(data);
        if ((state->at += 8) == KECCAK_RATE) {
            permute(state->lanes);
            state->at = 0;
        }
    }
    for (; size; data++, size--) mix(state, *data);
}

void keccak_end(Keccak *state, uint8_t digest[32]) {
    state->lanes[state->at / 8] ^= (uint64_t)1 << (8 * (state->at % 8));
    state->lanes[KECCAK_RATE / 8 - 1] ^= (uint64_t)1 << 63;
    permute(state->lanes);
    for (int place = 0; place < 32; place++)
        digest[place] = (uint8_t)(state->lanes[place / 8] >> (8 * (place % 8)));
}

void keccak(const uint8_t *data, size_t size, uint8_t digest[32]) {
    Keccak state;
    keccak_begin(&state);
    keccak_add(&state, data, size);
    keccak_end(&state, digest);
}
