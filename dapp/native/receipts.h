/* A block's receipts: from what `eth_getBlockReceipts` answers to their root; as
 * dapp/chain/receipts.py, for answers without anything unusual in them. */
#ifndef REDRESS_RECEIPTS_H
#define REDRESS_RECEIPTS_H

#include <stddef.h>
#include <stdint.h>

typedef struct {
    const uint8_t *address, *topics, *data; /* in the block's `bytes` */
    size_t data_size, rlp_size;             /* of RLP without its prefix */
    uint32_t topic_count;
} Log;

typedef struct {
    uint32_t first_log, log_count;
    uint8_t transaction[32], type, status, gas[8];
    size_t gas_size, logs_size, rlp_size; /* of RLP without prefixes */
    const uint8_t *bloom;                 /* in the block's `bytes` */
} Receipt;

typedef struct {
    Receipt *receipts;
    Log *logs;
    uint8_t *bytes;
    uint32_t receipt_count, log_count;
    uint8_t root[32];
} Block;

/* Reads the receipts of the block with that hash, numbered as they stand, and makes their root.
 *
 * Returns 0 where there is anything unusual, or no memory. Whether it does or not, `block` has to
 * be released. */
int receipts_read(Block *block, const char *json, size_t size, const uint8_t hash[32]);
void receipts_release(Block *block);

#endif
