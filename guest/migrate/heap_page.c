/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Counts the references to the heap that lookahead.h sees coming.
 */
#include "migrate/heap_page.h"

#include <stdbool.h>
#include <stddef.h>

#include "migrate/lookahead.h"
#include "mm/page.h"

#define A7      17u
#define NO_PAGE UINT64_MAX

struct search {
    const struct heap_page_query *query;
    uint64_t *index;
    uint32_t count;
    uint32_t references;
    uint64_t last;              /* the page of the last access, */
    bool last_counts;           /* and whether it is of the heap */
};

/* Which register points to what a system call reads or writes: those that
 * programs make all the time. The kernel touches it where the process is. */
static const struct {
    uint8_t number;
    uint8_t pointer;
} calls[] = {
    { 63, 11 },                 /* read */
    { 64, 11 },                 /* write */
    { 65, 11 },                 /* readv */
    { 66, 11 },                 /* writev */
    { 67, 11 },                 /* pread64 */
    { 68, 11 },                 /* pwrite64 */
    { 98, 10 },                 /* futex */
    { 113, 11 },                /* clock_gettime */
};

static bool is_full(const struct search *search)
{
    return search->count == search->query->most ||
           search->references >= HEAP_REFERENCES;
}

static void add(struct search *search, uint64_t index)
{
    for (uint32_t i = 0; i < search->count; i++) {
        if (search->index[i] == index) {
            return;
        }
    }
    search->index[search->count++] = index;
}

static void note(struct search *search, uint64_t address)
{
    uint64_t index = address >> PAGE_SHIFT;

    if (index != search->last) {
        enum heap_use use = search->query->use(search->query->context, index);

        search->last = index;
        search->last_counts = use != HEAP_NOT;
        if (use == HEAP_WANTED) {
            add(search, index);
        }
    }
    search->references += search->last_counts;
}

static void note_call(struct search *search, const struct lookahead *look)
{
    for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]); i++) {
        if (look->x[A7] == calls[i].number && lookahead_knows(look, A7)) {
            note(search, look->x[calls[i].pointer]);
        }
    }
}

static void follow_code(struct search *search)
{
    static struct lookahead look;       /* too large for the stack */
    const struct heap_page_query *query = search->query;
    uint32_t left = HEAP_STEPS * query->most;

    lookahead_start(&look, query->x, query->pc, query->page, query->context);
    while (left > 0 && !is_full(search)) {
        switch (lookahead_run(&look, &left)) {
        case LOOKAHEAD_ACCESS:
            note(search, look.address);
            break;
        case LOOKAHEAD_CALL:
            note_call(search, &look);
            break;
        default:
            return;
        }
    }
}

/* Where live data is kept: a0-a7, s0, s1, s2-s11. */
static void follow_registers(struct search *search)
{
    static const uint8_t order[] = {
        10, 11, 12, 13, 14, 15, 16, 17, 8, 9,
        18, 19, 20, 21, 22, 23, 24, 25, 26, 27,
    };

    for (size_t i = 0; i < sizeof(order) && search->count == 0; i++) {
        note(search, search->query->x[order[i]]);
    }
}

uint32_t heap_pages_find(const struct heap_page_query *query, uint64_t *index)
{
    struct search search = { .query = query, .index = index, .last = NO_PAGE };

    follow_code(&search);
    if (search.count == 0 && query->most > 0) {
        follow_registers(&search);
    }
    return search.count;
}
