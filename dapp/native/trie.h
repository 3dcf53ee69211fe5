/* The root of the trie that holds values under rlp(0), rlp(1), …; as dapp/chain/trie.py. */
#ifndef REDRESS_TRIE_H
#define REDRESS_TRIE_H

#include <stddef.h>
#include <stdint.h>

#define MOST_VALUES 65536

typedef struct {
    const uint8_t *bytes;
    size_t size; /* 32 or more */
} Value;

/* `count` is from 1 to MOST_VALUES. */
void trie_root(const Value *values, uint32_t count, uint8_t root[32]);

/* RLP's prefix of a string (base 0x80) or list (0xc0) of so many bytes; returns its own size. */
size_t rlp_prefix(uint8_t prefix[9], uint8_t base, size_t size);

#endif
