#include "receipts.h"

#include "reading.h"
#include "trie.h"

#include <stdlib.h>
#include <string.h>

#define BLOOM_SIZE 256
#define MOST_LOGS 1000000

typedef struct {
    Block *block;
    Text text;
    const uint8_t *hash;
    uint8_t *free; /* in the block's bytes, which have room for all that the text can hold */
    uint32_t receipt_room, log_room;
} Reader;

/* Members that have been seen; one that comes twice is unusual. */
enum {
    BLOCK_HASH = 1, BLOOM = 2, GAS = 4, INDEX = 8, LOGS = 16, STATUS = 32, TRANSACTION = 64,
    TYPE = 128, ROOT = 256, ALL_OF_RECEIPT = 127,
    ADDRESS = 1, DATA = 2, LOG_INDEX = 4, TOPICS = 8, TRANSACTION_INDEX = 16, ALL_OF_LOG = 31
};

static int is_new(unsigned *seen, unsigned member) {
    const int new = !(*seen & member);
    *seen |= member;
    return new;
}

/* Items with room for one after `count`; NULL where memory ends. Those given may be gone: whoever
 * calls keeps what is returned at once. */
static void *room(void *items, uint32_t count, uint32_t *most, size_t size) {
    if (count < *most) return items;
    const uint32_t more = *most ? 2 * *most : 64;
    void *found = realloc(items, more * size);
    if (found) *most = more;
    return found;
}

static int read_fixed(Reader *reader, const uint8_t **bytes, size_t size) {
    Word word;
    if (!read_word(&reader->text, &word) || !read_bytes(word, reader->free, size)) return 0;
    *bytes = reader->free;
    reader->free += size;
    return 1;
}

static int read_index(Reader *reader, uint32_t number) {
    Word word;
    return read_word(&reader->text, &word) && is_number(word, number);
}

static int read_topics(Reader *reader, Log *log) {
    const uint8_t *topic;
    log->topics = reader->free;
    if (!read_letter(&reader->text, '[')) return 0;
    if (read_letter(&reader->text, ']')) return 1;
    do {
        if (log->topic_count == 4 || !read_fixed(reader, &topic, 32)) return 0;
        log->topic_count++;
    } while (read_letter(&reader->text, ','));
    return read_letter(&reader->text, ']');
}

static int read_data(Reader *reader, Log *log) {
    Word word;
    if (!read_word(&reader->text, &word)) return 0;
    log->data = reader->free;
    if (!read_any_bytes(word, reader->free, &log->data_size)) return 0;
    reader->free += log->data_size;
    return 1;
}

static int read_log_member(Reader *reader, Log *log, Word name, unsigned *seen) {
    const Block *block = reader->block;
    if (same(name, "address"))
        return is_new(seen, ADDRESS) && read_fixed(reader, &log->address, 20);
    if (same(name, "topics")) return is_new(seen, TOPICS) && read_topics(reader, log);
    if (same(name, "data")) return is_new(seen, DATA) && read_data(reader, log);
    if (same(name, "logIndex"))
        return is_new(seen, LOG_INDEX) && read_index(reader, block->log_count - 1);
    if (same(name, "transactionIndex"))
        return is_new(seen, TRANSACTION_INDEX) && read_index(reader, block->receipt_count - 1);
    return skip_value(&reader->text);
}

static int read_log(Reader *reader) {
    Block *block = reader->block;
    Word name;
    unsigned seen = 0;
    if (block->log_count == MOST_LOGS || !read_letter(&reader->text, '{')) return 0;
    Log *logs = room(block->logs, block->log_count, &reader->log_room, sizeof *logs);
    if (!logs) return 0;
    block->logs = logs;
    Log *log = &logs[block->log_count++];
    *log = (Log){0};
    do {
        if (!read_name(&reader->text, &name)) return 0;
        if (!read_log_member(reader, log, name, &seen)) return 0;
    } while (read_letter(&reader->text, ','));
    return seen == ALL_OF_LOG && read_letter(&reader->text, '}');
}

static int read_logs(Reader *reader, Receipt *receipt) {
    if (!read_letter(&reader->text, '[')) return 0;
    if (read_letter(&reader->text, ']')) return 1;
    do {
        if (!read_log(reader)) return 0;
        receipt->log_count++;
    } while (read_letter(&reader->text, ','));
    return read_letter(&reader->text, ']');
}

static int read_small(Reader *reader, uint8_t *number, uint8_t below) {
    Word word;
    uint8_t bytes[8] = {0};
    size_t size;
    if (!read_word(&reader->text, &word) || !read_number(word, bytes, &size) || size > 1) return 0;
    *number = bytes[0];
    /* In as few digits as can be; Python says what it thinks of others. */
    return *number < below && word.size == (*number < 16 ? 3 : 4);
}

static int read_gas(Reader *reader, Receipt *receipt) {
    Word word;
    return read_word(&reader->text, &word) && read_number(word, receipt->gas, &receipt->gas_size);
}

static int read_block_hash(Reader *reader) {
    Word word;
    uint8_t hash[32];
    return read_word(&reader->text, &word) && read_bytes(word, hash, sizeof hash) &&
           !memcmp(hash, reader->hash, sizeof hash);
}

static int read_transaction(Reader *reader, Receipt *receipt) {
    Word word;
    return read_word(&reader->text, &word) && read_bytes(word, receipt->transaction, 32);
}

static int read_receipt_member(Reader *reader, Receipt *receipt, Word name, unsigned *seen) {
    if (same(name, "logs")) return is_new(seen, LOGS) && read_logs(reader, receipt);
    if (same(name, "logsBloom"))
        return is_new(seen, BLOOM) && read_fixed(reader, &receipt->bloom, BLOOM_SIZE);
    if (same(name, "blockHash")) return is_new(seen, BLOCK_HASH) && read_block_hash(reader);
    if (same(name, "transactionHash"))
        return is_new(seen, TRANSACTION) && read_transaction(reader, receipt);
    if (same(name, "transactionIndex"))
        return is_new(seen, INDEX) && read_index(reader, reader->block->receipt_count - 1);
    if (same(name, "cumulativeGasUsed")) return is_new(seen, GAS) && read_gas(reader, receipt);
    if (same(name, "status")) return is_new(seen, STATUS) && read_small(reader, &receipt->status, 2);
    if (same(name, "type")) return is_new(seen, TYPE) && read_small(reader, &receipt->type, 0x80);
    /* Only before EIP-658. */
    if (same(name, "root")) return 0;
    return skip_value(&reader->text);
}

static int read_receipt(Reader *reader) {
    Block *block = reader->block;
    Word name;
    unsigned seen = 0;
    if (block->receipt_count == MOST_VALUES || !read_letter(&reader->text, '{')) return 0;
    Receipt *receipts =
        room(block->receipts, block->receipt_count, &reader->receipt_room, sizeof *receipts);
    if (!receipts) return 0;
    block->receipts = receipts;
    Receipt *receipt = &receipts[block->receipt_count++];
    *receipt = (Receipt){.first_log = block->log_count};
    do {
        if (!read_name(&reader->text, &name)) return 0;
        if (!read_receipt_member(reader, receipt, name, &seen)) return 0;
    } while (read_letter(&reader->text, ','));
    return (seen & ALL_OF_RECEIPT) == ALL_OF_RECEIPT && read_letter(&reader->text, '}');
}

static int read_all(Reader *reader) {
    if (!read_letter(&reader->text, '[')) return 0;
    do {
        if (!read_receipt(reader)) return 0;
    } while (read_letter(&reader->text, ','));
    if (!read_letter(&reader->text, ']')) return 0;
    peek_letter(&reader->text, ' ');
    return reader->text.at == reader->text.end;
}

static size_t with_prefix(size_t size) {
    uint8_t prefix[9];
    return size + rlp_prefix(prefix, 0, size);
}

static size_t string_size(const uint8_t *bytes, size_t size) {
    return size == 1 && *bytes < 0x80 ? 1 : with_prefix(size);
}

/* Sets the sizes of all RLP; returns how much it is altogether. */
static size_t measure(Block *block) {
    size_t total = 0;
    for (uint32_t place = 0; place < block->receipt_count; place++) {
        Receipt *receipt = &block->receipts[place];
        for (uint32_t number = 0; number < receipt->log_count; number++) {
            Log *log = &block->logs[receipt->first_log + number];
            log->rlp_size = 21 + with_prefix(33 * (size_t)log->topic_count) +
                            string_size(log->data, log->data_size);
            receipt->logs_size += with_prefix(log->rlp_size);
        }
        receipt->rlp_size = 1 + string_size(receipt->gas, receipt->gas_size) +
                            with_prefix(BLOOM_SIZE) + with_prefix(receipt->logs_size);
        total += (receipt->type != 0) + with_prefix(receipt->rlp_size);
    }
    return total;
}

static uint8_t *put(uint8_t *at, const uint8_t *bytes, size_t size) {
    memcpy(at, bytes, size);
    return at + size;
}

static uint8_t *put_string(uint8_t *at, const uint8_t *bytes, size_t size) {
    if (size != 1 || *bytes >= 0x80) at += rlp_prefix(at, 0x80, size);
    return put(at, bytes, size);
}

static uint8_t *put_log(uint8_t *at, const Log *log) {
    at += rlp_prefix(at, 0xc0, log->rlp_size);
    at = put_string(at, log->address, 20);
    at += rlp_prefix(at, 0xc0, 33 * (size_t)log->topic_count);
    for (uint32_t topic = 0; topic < log->topic_count; topic++)
        at = put_string(at, log->topics + 32 * topic, 32);
    return put_string(at, log->data, log->data_size);
}

static uint8_t *put_receipt(uint8_t *at, const Block *block, const Receipt *receipt) {
    if (receipt->type) *at++ = receipt->type;
    at += rlp_prefix(at, 0xc0, receipt->rlp_size);
    *at++ = receipt->status ? 1 : 0x80;
    at = put_string(at, receipt->gas, receipt->gas_size);
    at = put_string(at, receipt->bloom, BLOOM_SIZE);
    at += rlp_prefix(at, 0xc0, receipt->logs_size);
    for (uint32_t number = 0; number < receipt->log_count; number++)
        at = put_log(at, &block->logs[receipt->first_log + number]);
    return at;
}

static int make_root(Block *block) {
    uint8_t *rlp = malloc(measure(block));
    Value *values = malloc(block->receipt_count * sizeof *values);
    if (rlp && values) {
        uint8_t *at = rlp;
        for (uint32_t place = 0; place < block->receipt_count; place++) {
            uint8_t *end = put_receipt(at, block, &block->receipts[place]);
            values[place] = (Value){at, (size_t)(end - at)};
            at = end;
        }
        trie_root(values, block->receipt_count, block->root);
    }
    const int made = rlp && values;
    free(values);
    free(rlp);
    return made;
}

int receipts_read(Block *block, const char *json, size_t size, const uint8_t hash[32]) {
    *block = (Block){0};
    /* Every byte takes two letters at least. */
    block->bytes = malloc(size / 2 + 1);
    Reader reader = {.block = block, .text = {json, json + size}, .hash = hash};
    reader.free = block->bytes;
    return block->bytes && read_all(&reader) && make_root(block);
}

void receipts_release(Block *block) {
    free(block->receipts);
    free(block->logs);
    free(block->bytes);
    *block = (Block){0};
}
