/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The current heap pages: which pages, beside code and stack, a process will
 * touch first. What lookahead.h cannot know makes it a guess; a wrong one costs
 * a remote fault, never correctness.
 *
 * Paper: technique 2, the heuristic that decodes the instruction stream.
 */
#ifndef MIGRATE_HEAP_PAGE_H
#define MIGRATE_HEAP_PAGE_H

#include <stdint.h>

/* How many references to the heap are looked for, and how many instructions
 * ahead at most for each page that may travel. */
#define HEAP_REFERENCES 10u
#define HEAP_STEPS      128u
#define HEAP_PAGES      1u      /* that travel: see docs/results/heap-page.md */
#define HEAP_PAGES_MAX  6u

enum heap_use {
    HEAP_NOT,                   /* code, stack: no page of the heap */
    HEAP_ANYWHERE,              /* need not travel: every node can have it */
    HEAP_WANTED,                /* its contents are nowhere but here */
};

struct heap_page_query {
    const uint64_t *x;          /* registers 1..31 */
    uint64_t pc;
    /* see lookahead.h */
    const uint8_t *(*page)(void *context, uint64_t index);
    enum heap_use (*use)(void *context, uint64_t index);
    void *context;
    uint32_t most;              /* pages, at most HEAP_PAGES_MAX */
};

/*
 * Follows the code from pc and stores the wanted pages among the first
 * HEAP_REFERENCES references to the heap, in their order. If the code names
 * none, the one that the first argument or saved register points to. Returns how
 * many there are.
 */
uint32_t heap_pages_find(const struct heap_page_query *query, uint64_t *index);

#endif
