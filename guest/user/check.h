/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the programs that are migrated have in common.
 *
 * Such a program sets up one kind of state, works on it for a while, and checks
 * it all the time: whenever it is moved, it is in the middle of something. It
 * ends with "PASS name checksum" and 0, or says what is wrong and ends with 1.
 * Nothing it prints depends on time or place, so that two runs can be compared.
 */
#ifndef USER_CHECK_H
#define USER_CHECK_H

#include <inttypes.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

static inline void __attribute__((noreturn, format(printf, 1, 2)))
fail(const char *format, ...)
{
    va_list args;

    va_start(args, format);
    fputs("FAIL ", stdout);
    vprintf(format, args);
    putchar('\n');
    va_end(args);
    exit(1);
}

#define CHECK(condition) \
    do { \
        if (!(condition)) { \
            fail("%s:%d: %s", __FILE__, __LINE__, #condition); \
        } \
    } while (0)

static inline void check_equal(const char *what, uint64_t is, uint64_t should)
{
    if (is != should) {
        fail("%s is %#" PRIx64 ", not %#" PRIx64, what, is, should);
    }
}

static inline int pass(const char *name, uint64_t sum)
{
    printf("PASS %s %016" PRIx64 "\n", name, sum);
    return 0;
}

/* The first argument, or a default: how long the program runs. */
static inline unsigned long rounds(int argc, char **argv, unsigned long usual)
{
    return argc > 1 ? strtoul(argv[1], NULL, 0) : usual;
}

/* The second argument, such as 64K or 2M, or a default: how many bytes the
 * program works on. */
static inline size_t working_set(int argc, char **argv, size_t usual)
{
    char *end;
    unsigned long bytes;

    if (argc <= 2) {
        return usual;
    }
    bytes = strtoul(argv[2], &end, 0);
    if (*end == 'K' || *end == 'M') {
        bytes <<= *end == 'K' ? 10 : 20;
        end++;
    }
    if (*end != '\0' || bytes == 0) {
        fail("'%s' is no size such as 64K or 2M", argv[2]);
    }
    return bytes;
}

/* Memory that is there: an array of `count` elements. */
static inline void *array(size_t count, size_t bytes)
{
    void *memory = malloc(count * bytes);

    CHECK(memory != NULL);
    return memory;
}

/* A good mixture of 64 bits (SplitMix64): for patterns and checksums. */
static inline uint64_t mix(uint64_t z)
{
    z += 0x9e3779b97f4a7c15u;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

/* Pseudo-random numbers from a seed that the program keeps. */
static inline uint64_t draw(uint64_t *state)
{
    *state += 0x9e3779b97f4a7c15u;
    return mix(*state);
}

#endif
