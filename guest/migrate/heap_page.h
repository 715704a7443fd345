/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The current heap page: which page, beside code and stack, a process will
 * touch first. A guess from registers and code alone; wrong guesses cost one
 * remote fault, never correctness.
 *
 * Paper: technique 2, the heuristic that decodes the instruction stream.
 */
#ifndef MIGRATE_HEAP_PAGE_H
#define MIGRATE_HEAP_PAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* How many instructions ahead is looked. */
#define HEAP_PAGE_STEPS 32

struct heap_page_query {
    const uint64_t *x;          /* registers 0..31; x[0] is not looked at */
    uint64_t pc;
    const uint8_t *code;        /* contents of [code_start, + code_bytes) */
    uint64_t code_start;
    size_t code_bytes;
    /* Whether the page at this address would be of use: present and neither
     * code nor stack. */
    bool (*wanted)(void *context, uint64_t address);
    void *context;
};

/*
 * Follows the code from pc as far as registers tell where it goes, and stores
 * the first wanted address that it accesses. Failing that, the first argument
 * or saved register that points to something wanted. False: none.
 */
bool heap_page_find(const struct heap_page_query *query, uint64_t *address);

#endif
