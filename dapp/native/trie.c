#include "trie.h"

#include "keccak.h"

#include <string.h>

/* Keys in order: 1 to 127 are one byte, 0 is 0x80, then those of two bytes and of three. */
typedef struct {
    const Value *values;
    uint32_t count;
} Trie;

typedef struct {
    uint8_t nibbles[6];
    int size;
} Key;

static uint32_t place_of(const Trie *trie, uint32_t rank) {
    const uint32_t single = trie->count < 128 ? trie->count : 128;
    if (rank >= single) return rank;
    return rank + 1 == single ? 0 : rank + 1;
}

static Key key_of(const Trie *trie, uint32_t rank) {
    const uint32_t place = place_of(trie, rank);
    uint8_t bytes[3] = {(uint8_t)place};
    int size = 1;
    if (place == 0) {
        bytes[0] = 0x80;
    } else if (place >= 256) {
        bytes[0] = 0x82, bytes[1] = (uint8_t)(place >> 8), bytes[2] = (uint8_t)place, size = 3;
    } else if (place >= 128) {
        bytes[0] = 0x81, bytes[1] = (uint8_t)place, size = 2;
    }
    Key key = {.size = 2 * size};
    for (int nibble = 0; nibble < key.size; nibble++)
        key.nibbles[nibble] = nibble % 2 ? bytes[nibble / 2] & 15 : bytes[nibble / 2] >> 4;
    return key;
}

size_t rlp_prefix(uint8_t prefix[9], uint8_t base, size_t size) {
    if (size < 56) {
        prefix[0] = (uint8_t)(base + size);
        return 1;
    }
    size_t length = 0;
    for (size_t rest = size; rest; rest >>= 8) length++;
    prefix[0] = (uint8_t)(base + 55 + length);
    for (size_t place = 0; place < length; place++)
        prefix[1 + place] = (uint8_t)(size >> (8 * (length - 1 - place)));
    return 1 + length;
}

/* RLP of nibbles in hex-prefix encoding; at most 5 bytes. */
static size_t path_of(uint8_t path[5], const uint8_t *nibbles, int count, int leaf) {
    uint8_t packed[4];
    const int odd = count % 2;
    const size_t size = 1 + (size_t)count / 2;
    packed[0] = (uint8_t)((leaf ? 0x20 : 0) | (odd ? 0x10 | nibbles[0] : 0));
    for (size_t place = 1; place < size; place++) {
        const uint8_t *two = nibbles + odd + 2 * (place - 1);
        packed[place] = (uint8_t)(two[0] << 4 | two[1]);
    }
    size_t at = 0;
    if (size > 1) path[at++] = (uint8_t)(0x80 + size);
    memcpy(path + at, packed, size);
    return at + size;
}

static void hash_leaf(const Trie *trie, uint32_t rank, int depth, uint8_t hash[32]) {
    const Key key = key_of(trie, rank);
    const Value value = trie->values[place_of(trie, rank)];
    uint8_t path[5], before[9], list[9];
    const size_t path_size = path_of(path, key.nibbles + depth, key.size - depth, 1);
    const size_t before_size = rlp_prefix(before, 0x80, value.size);
    const size_t list_size = rlp_prefix(list, 0xc0, path_size + before_size + value.size);
    Keccak state;
    keccak_begin(&state);
    keccak_add(&state, list, list_size);
    keccak_add(&state, path, path_size);
    keccak_add(&state, before, before_size);
    keccak_add(&state, value.bytes, value.size);
    keccak_end(&state, hash);
}

static void hash_node(const Trie *trie, uint32_t first, uint32_t end, int depth, uint8_t hash[32]);

static void hash_branch(
    const Trie *trie, uint32_t first, uint32_t end, int depth, uint8_t hash[32]
) {
    uint8_t node[3 + 16 * 33 + 1];
    uint8_t *at = node + 3;
    for (uint8_t nibble = 0; nibble < 16; nibble++) {
        uint32_t last = first;
        while (last < end && key_of(trie, last).nibbles[depth] == nibble) last++;
        if (last == first) {
            *at++ = 0x80;
            continue;
        }
        *at++ = 0xa0;
        hash_node(trie, first, last, depth + 1, at);
        at += 32;
        first = last;
    }
    *at++ = 0x80;
    /* Two children or more are 66 bytes or more: the prefix has two bytes or three. */
    uint8_t prefix[9];
    const size_t size = (size_t)(at - (node + 3));
    const size_t prefix_size = rlp_prefix(prefix, 0xc0, size);
    uint8_t *begin = node + 3 - prefix_size;
    memcpy(begin, prefix, prefix_size);
    keccak(begin, prefix_size + size, hash);
}

static void hash_node(const Trie *trie, uint32_t first, uint32_t end, int depth, uint8_t hash[32]) {
    if (end - first == 1) {
        hash_leaf(trie, first, depth, hash);
        return;
    }
    /* In order, what the first and the last share all share; none begins another. */
    const Key low = key_of(trie, first), high = key_of(trie, end - 1);
    int shared = depth;
    while (shared < low.size && shared < high.size && low.nibbles[shared] == high.nibbles[shared])
        shared++;
    if (shared == depth) {
        hash_branch(trie, first, end, depth, hash);
        return;
    }
    uint8_t node[9 + 5 + 33], path[5];
    const size_t path_size = path_of(path, low.nibbles + depth, shared - depth, 0);
    const size_t prefix_size = rlp_prefix(node, 0xc0, path_size + 33);
    memcpy(node + prefix_size, path, path_size);
    node[prefix_size + path_size] = 0xa0;
    hash_branch(trie, first, end, shared, node + prefix_size + path_size + 1);
    keccak(node, prefix_size + path_size + 33, hash);
}

void trie_root(const Value *values, uint32_t count, uint8_t root[32]) {
    const Trie trie = {values, count};
    hash_node(&trie, 0, count, 0, root);
}
