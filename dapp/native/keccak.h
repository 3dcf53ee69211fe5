/* keccak-256 as Ethereum has it: FIPS 202's permutation with the padding of the original submission. */
#ifndef REDRESS_KECCAK_H
#define REDRESS_KECCAK_H

#include <stddef.h>
#include <stdint.h>

#define KECCAK_RATE 136

typedef struct {
    uint64_t lanes[25];
    size_t at; /* bytes taken in since the last permutation */
} Keccak;

void keccak_begin(Keccak *state);
void keccak_add(Keccak *state, const uint8_t *data, size_t size);
void keccak_end(Keccak *state, uint8_t digest[32]);
void keccak(const uint8_t *data, size_t size, uint8_t digest[32]);

#endif
