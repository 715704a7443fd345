/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Memory and strings.
 *
 * Copies are part of every latency that is measured, and an instruction is a
 * nanosecond: memory moves in blocks of words wherever it can.
 */
#include "lib/string.h"

#include <stdint.h>

#if !__STDC_HOSTED__
#undef memcpy
#undef memset
#endif

/* The compiler calls it by itself, maybe only after all has been linked. */
#define LIBRARY __attribute__((used))

#define WORD    sizeof(uint64_t)
#define BLOCK   (8 * WORD)

typedef uint64_t __attribute__((may_alias)) word;

/* Whole words between aligned addresses; returns the bytes done. The loads of
 * a block go before its stores, so that they need not wait for each other. */
static size_t copy_words(word *to, const word *from, size_t bytes)
{
    size_t left = bytes;

    for (; left >= BLOCK; left -= BLOCK, to += 8, from += 8) {
        word w0 = from[0], w1 = from[1], w2 = from[2], w3 = from[3];
        word w4 = from[4], w5 = from[5], w6 = from[6], w7 = from[7];

        to[0] = w0;
        to[1] = w1;
        to[2] = w2;
        to[3] = w3;
        to[4] = w4;
        to[5] = w5;
        to[6] = w6;
        to[7] = w7;
    }
    for (; left >= WORD; left -= WORD) {
        *to++ = *from++;
    }
    return bytes - left;
}

/*
 * The same from an address that is not aligned: each word is put together from
 * two aligned ones. The first and last load touch bytes beside the source, but
 * only such as share a word with it.
 */
__attribute__((no_sanitize("address")))
static size_t merge_words(word *to, const uint8_t *from, size_t bytes)
{
    unsigned low = (uintptr_t)from % WORD * 8;
    unsigned high = 64 - low;
    const word *f = (const word *)(from - (uintptr_t)from % WORD);
    size_t left = bytes;
    word w0 = *f++;

    for (; left >= 4 * WORD; left -= 4 * WORD, to += 4, f += 4) {
        word w1 = f[0], w2 = f[1], w3 = f[2], w4 = f[3];

        to[0] = w0 >> low | w1 << high;
        to[1] = w1 >> low | w2 << high;
        to[2] = w2 >> low | w3 << high;
        to[3] = w3 >> low | w4 << high;
        w0 = w4;
    }
    for (; left >= WORD; left -= WORD) {
        word w1 = *f++;

        *to++ = w0 >> low | w1 << high;
        w0 = w1;
    }
    return bytes - left;
}

/* From low to high addresses: right as well where the target overlaps the
 * source from below. */
static void copy_up(uint8_t *to, const uint8_t *from, size_t bytes)
{
    size_t done;

    if (bytes >= 2 * WORD) {
        for (; (uintptr_t)to % WORD != 0; bytes--) {
            *to++ = *from++;
        }
        if ((uintptr_t)from % WORD == 0) {
            done = copy_words((word *)to, (const word *)from, bytes);
        } else {
            done = merge_words((word *)to, from, bytes);
        }
        to += done;
        from += done;
        bytes -= done;
    }
    for (; bytes > 0; bytes--) {
        *to++ = *from++;
    }
}

static void copy_down(uint8_t *to, const uint8_t *from, size_t bytes)
{
    uintptr_t alignment = (uintptr_t)to | (uintptr_t)from | bytes;

    if (alignment % WORD == 0) {
        for (; bytes > 0; bytes -= WORD) {
            *(word *)(to + bytes - WORD) = *(const word *)(from + bytes - WORD);
        }
    }
    for (; bytes > 0; bytes--) {
        to[bytes - 1] = from[bytes - 1];
    }
}

LIBRARY
void *memcpy(void *restrict to, const void *restrict from, size_t bytes)
{
    copy_up(to, from, bytes);
    return to;
}

LIBRARY
void *memmove(void *to, const void *from, size_t bytes)
{
    if ((uintptr_t)to - (uintptr_t)from >= bytes) {
        copy_up(to, from, bytes);
    } else {
        copy_down(to, from, bytes);
    }
    return to;
}

LIBRARY
void *memset(void *to, int value, size_t bytes)
{
    uint8_t *t = to;
    word pattern = (uint8_t)value * 0x0101010101010101u;

    for (; (uintptr_t)t % WORD != 0 && bytes > 0; bytes--) {
        *t++ = (uint8_t)value;
    }
    for (; bytes >= BLOCK; bytes -= BLOCK, t += BLOCK) {
        word *w = (word *)t;

        w[0] = pattern;
        w[1] = pattern;
        w[2] = pattern;
        w[3] = pattern;
        w[4] = pattern;
        w[5] = pattern;
        w[6] = pattern;
        w[7] = pattern;
    }
    for (; bytes >= WORD; bytes -= WORD, t += WORD) {
        *(word *)t = pattern;
    }
    for (; bytes > 0; bytes--) {
        *t++ = (uint8_t)value;
    }
    return to;
}

LIBRARY
int memcmp(const void *a, const void *b, size_t bytes)
{
    const uint8_t *x = a;
    const uint8_t *y = b;

    for (; bytes > 0; bytes--, x++, y++) {
        if (*x != *y) {
            return *x - *y;
        }
    }
    return 0;
}

size_t strlen(const char *string)
{
    return strnlen(string, SIZE_MAX);
}

size_t strnlen(const char *string, size_t most)
{
    size_t length = 0;

    while (length < most && string[length] != '\0') {
        length++;
    }
    return length;
}

int strcmp(const char *a, const char *b)
{
    return strncmp(a, b, SIZE_MAX);
}

int strncmp(const char *a, const char *b, size_t most)
{
    for (; most > 0; most--, a++, b++) {
        if (*a != *b || *a == '\0') {
            return (uint8_t)*a - (uint8_t)*b;
        }
    }
    return 0;
}

char *strchr(const char *string, int c)
{
    for (;; string++) {
        if (*string == (char)c) {
            return (char *)string;
        }
        if (*string == '\0') {
            return NULL;
        }
    }
}

char *strrchr(const char *string, int c)
{
    const char *found = NULL;

    for (;; string++) {
        if (*string == (char)c) {
            found = string;
        }
        if (*string == '\0') {
            return (char *)found;
        }
    }
}
