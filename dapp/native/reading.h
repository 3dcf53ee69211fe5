/* JSON, read forward only and far more strictly than its standard.
 *
 * Every reader returns 0 where it meets anything but what it knows: escapes, letters beyond ASCII,
 * fractions, depth. Whoever calls then leaves the whole text to Python, which decides.
 */
#ifndef REDRESS_READING_H
#define REDRESS_READING_H

#include <stddef.h>
#include <stdint.h>

typedef struct {
    const char *at, *end;
} Text;

typedef struct {
    const char *letters;
    size_t size;
} Word;

int read_letter(Text *text, char letter);
int peek_letter(Text *text, char letter);
/* What is between two quotes; its letters are not looked at. */
int read_word(Text *text, Word *word);
/* A member's name and the colon. */
int read_name(Text *text, Word *name);
/* Any value, thrown away. */
int skip_value(Text *text);
int same(Word word, const char *letters);
/* Exactly `size` bytes, written as 0x and two digits each. */
int read_bytes(Word word, uint8_t *bytes, size_t size);
/* As `read_bytes`, as many as there are; `bytes` has room for half the word. */
int read_any_bytes(Word word, uint8_t *bytes, size_t *size);
/* Up to 8 bytes without leading zeros, of a number written as 0x and digits. */
int read_number(Word word, uint8_t bytes[8], size_t *size);
/* Whether the word is that number, written as nodes write it. */
int is_number(Word word, uint32_t number);

#endif
