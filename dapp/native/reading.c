#include "reading.h"

#include <string.h>

#define DEEPEST 8

static const int8_t DIGITS[256] = {
    ['0'] = 1, ['1'] = 2, ['2'] = 3, ['3'] = 4, ['4'] = 5, ['5'] = 6, ['6'] = 7, ['7'] = 8,
    ['8'] = 9, ['9'] = 10, ['a'] = 11, ['b'] = 12, ['c'] = 13, ['d'] = 14, ['e'] = 15, ['f'] = 16,
    ['A'] = 11, ['B'] = 12, ['C'] = 13, ['D'] = 14, ['E'] = 15, ['F'] = 16,
}; /* one more than it stands for; 0 is no digit */

static void skip_space(Text *text) {
    while (text->at < text->end &&
           (*text->at == ' ' || *text->at == '\n' || *text->at == '\r' || *text->at == '\t'))
        text->at++;
}

int peek_letter(Text *text, char letter) {
    skip_space(text);
    return text->at < text->end && *text->at == letter;
}

int read_letter(Text *text, char letter) {
    if (!peek_letter(text, letter)) return 0;
    text->at++;
    return 1;
}

int read_word(Text *text, Word *word) {
    if (!read_letter(text, '"')) return 0;
    const char *last = memchr(text->at, '"', (size_t)(text->end - text->at));
    if (!last) return 0;
    *word = (Word){text->at, (size_t)(last - text->at)};
    text->at = last + 1;
    return 1;
}

static int is_plain(Word word) {
    for (size_t place = 0; place < word.size; place++) {
        const char letter = word.letters[place];
        if (letter < ' ' || letter > '~' || letter == '\\') return 0;
    }
    return 1;
}

int read_name(Text *text, Word *name) {
    return read_word(text, name) && is_plain(*name) && read_letter(text, ':');
}

static int skip_literal(Text *text) {
    static const char *const LITERALS[] = {"null", "true", "false"};
    for (int which = 0; which < 3; which++) {
        const size_t size = strlen(LITERALS[which]);
        if ((size_t)(text->end - text->at) >= size && !memcmp(text->at, LITERALS[which], size)) {
            text->at += size;
            return 1;
        }
    }
    return 0;
}

static int skip_number(Text *text) {
    const char *first = text->at;
    while (text->at < text->end && *text->at >= '0' && *text->at <= '9') text->at++;
    const size_t size = (size_t)(text->at - first);
    return size == 1 || (size > 1 && size < 16 && *first != '0');
}

static int skip_deep(Text *text, int depth) {
    Word word;
    if (depth > DEEPEST) return 0;
    if (peek_letter(text, '"')) return read_word(text, &word) && is_plain(word);
    const int object = peek_letter(text, '{');
    if (!object && !peek_letter(text, '['))
        return text->at < text->end && (skip_literal(text) || skip_number(text));
    const char closing = object ? '}' : ']';
    text->at++;
    if (read_letter(text, closing)) return 1;
    do {
        if (object && !read_name(text, &word)) return 0;
        if (!skip_deep(text, depth + 1)) return 0;
    } while (read_letter(text, ','));
    return read_letter(text, closing);
}

int skip_value(Text *text) {
    return skip_deep(text, 0);
}

int same(Word word, const char *letters) {
    return word.size == strlen(letters) && !memcmp(word.letters, letters, word.size);
}

static int is_prefixed(Word word) {
    return word.size >= 2 && word.letters[0] == '0' && word.letters[1] == 'x';
}

static int digit_of(char letter) {
    return DIGITS[(uint8_t)letter] - 1;
}

int read_bytes(Word word, uint8_t *bytes, size_t size) {
    if (word.size != 2 + 2 * size || !is_prefixed(word)) return 0;
    int wrong = 0;
    const char *letters = word.letters + 2;
    for (size_t place = 0; place < size; place++) {
        const int high = digit_of(letters[2 * place]), low = digit_of(letters[2 * place + 1]);
        wrong |= high | low;
        bytes[place] = (uint8_t)((unsigned)high << 4 | (unsigned)low);
    }
    return wrong >= 0;
}

int read_any_bytes(Word word, uint8_t *bytes, size_t *size) {
    if (word.size < 2 || word.size % 2) return 0;
    *size = word.size / 2 - 1;
    return read_bytes(word, bytes, *size);
}

int read_number(Word word, uint8_t bytes[8], size_t *size) {
    if (!is_prefixed(word) || word.size < 3) return 0;
    size_t first = 2;
    while (first < word.size && word.letters[first] == '0') first++;
    const size_t digits = word.size - first;
    if (digits > 16) return 0;
    uint64_t number = 0;
    for (size_t place = first; place < word.size; place++) {
        const int found = digit_of(word.letters[place]);
        if (found < 0) return 0;
        number = number << 4 | (uint64_t)found;
    }
    *size = (digits + 1) / 2;
    for (size_t place = 0; place < *size; place++)
        bytes[place] = (uint8_t)(number >> (8 * (*size - 1 - place)));
    return 1;
}

int is_number(Word word, uint32_t number) {
    char letters[11] = "0x0";
    size_t size = 2;
    for (uint32_t rest = number >> 4; rest; rest >>= 4) size++;
    size++;
    for (size_t place = size; place > 2; place--, number >>= 4)
        letters[place - 1] = "0123456789abcdef"[number & 15];
    return word.size == size && !memcmp(word.letters, letters, size);
}
