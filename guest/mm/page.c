/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Physical pages.
 *
 * Pages that were never used are taken off the ranges they came in; those
 * given back form a list through their own first words, and go first. So
 * starting up costs nothing, however much memory there is. Runs of pages come
 * back as runs, and serve as single pages when nothing else is left.
 *
 * A few are filled with zeroes while nothing else is to do: what a process
 * that arrives needs for its page tables (paper, technique 5).
 *
 * Invariant: a page is free exactly when its reference count is zero.
 */
#include "mm/page.h"

#include "lib/printk.h"
#include "lib/string.h"

#define RANGES          4       /* pieces of RAM between what is in use */
#define ZERO_WORDS      32      /* stores per turn, see the pragma */
#define READY_PAGES     32      /* zeroed beforehand */
#define READY_STEP      512     /* bytes that page_prepare does at a time */

struct range {
    uint64_t next;              /* physical */
    uint64_t end;
};

struct free_page {
    struct free_page *next;
};

/* Neighbouring pages that came back together. */
struct free_run {
    struct free_run *next;
    uint32_t count;
};

static uint64_t ram_start;
static uint64_t ram_end;
static uint32_t *references;    /* by number of the page in RAM */
static struct range ranges[RANGES];
static unsigned range_count;
static struct free_page *free_list;
static struct free_run *free_runs;
static uint64_t free_count;
static uint64_t total_count;
/* Free, and zero but for the rest of the last one. */
static void *ready[READY_PAGES];
static unsigned ready_count;
static uint64_t ready_rest;
/* The same two, while they are hidden. */
static unsigned hidden_count;
static uint64_t hidden_rest;

static uint32_t *references_of(const void *page)
{
    uint64_t physical = virt_to_phys(page);

    kassert(physical % PAGE_SIZE == 0 && physical >= ram_start &&
            physical < ram_end);
    return &references[(physical - ram_start) >> PAGE_SHIFT];
}

uint64_t page_init(uint64_t start, uint64_t end, uint64_t first_free)
{
    uint64_t pages = (end - start) >> PAGE_SHIFT;

    ram_start = start;
    ram_end = end;
    references = phys_to_virt((first_free + PAGE_MASK) & ~PAGE_MASK);
    memset(references, 0, pages * sizeof(*references));
    return virt_to_phys(references + pages);
}

void page_add(uint64_t start, uint64_t end)
{
    start = (start + PAGE_MASK) & ~PAGE_MASK;
    end &= ~PAGE_MASK;
    kassert(start >= ram_start && end <= ram_end);
    if (start >= end) {
        return;
    }
    kassert(range_count < RANGES);
    ranges[range_count++] = (struct range){ start, end };
    free_count += (end - start) >> PAGE_SHIFT;
    total_count = free_count;
}

static void *take_fresh(void)
{
    struct range *range;
    void *page;

    if (range_count == 0) {
        return NULL;
    }
    range = &ranges[range_count - 1];
    page = phys_to_virt(range->next);
    range->next += PAGE_SIZE;
    if (range->next == range->end) {
        range_count--;
    }
    return page;
}

/* The last page of some run. */
static void *take_of_run(void)
{
    struct free_run *run = free_runs;

    if (run == NULL) {
        return NULL;
    }
    if (--run->count == 0) {
        free_runs = run->next;
    }
    return (uint8_t *)run + run->count * PAGE_SIZE;
}

/* A free page that is not ready; NULL: there is none. */
static void *take(void)
{
    void *page = free_list;

    if (page == NULL) {
        page = take_fresh();
        return page != NULL ? page : take_of_run();
    }
    free_list = free_list->next;
    return page;
}

/* The last of those that are ready, with zeroes or half of them. */
static void *take_ready(void)
{
    if (ready_count == 0) {
        return NULL;
    }
    ready_rest = 0;
    return ready[--ready_count];
}

static void *give_out(void *page)
{
    if (page != NULL) {
        free_count--;
        *references_of(page) = 1;
    }
    return page;
}

void *page_alloc_raw(void)
{
    void *page = take();

    return give_out(page != NULL ? page : take_ready());
}

static void zero(void *to, uint64_t bytes)
{
    uint64_t *end = (uint64_t *)((uint8_t *)to + bytes);

    for (uint64_t *word = to; word < end; word += ZERO_WORDS) {
#pragma GCC unroll 32
        for (unsigned i = 0; i < ZERO_WORDS; i++) {
            word[i] = 0;
        }
    }
}

void *page_alloc(void)
{
    void *page = page_alloc_raw();

    if (page != NULL) {
        zero(page, PAGE_SIZE);
    }
    return page;
}

void *page_alloc_ready(void)
{
    uint64_t rest = ready_rest;
    void *page = give_out(take_ready());

    if (page == NULL) {
        return page_alloc();
    }
    zero((uint8_t *)page + PAGE_SIZE - rest, rest);
    return page;
}

bool page_prepare(void)
{
    if (ready_rest == 0) {
        void *page = ready_count < READY_PAGES ? take() : NULL;

        if (page == NULL) {
            return false;
        }
        ready[ready_count++] = page;
        ready_rest = PAGE_SIZE;
    }
    zero((uint8_t *)ready[ready_count - 1] + PAGE_SIZE - ready_rest,
         READY_STEP);
    ready_rest -= READY_STEP;
    return true;
}

void page_hide_ready(void)
{
    kassert(hidden_count == 0 && hidden_rest == 0);
    hidden_count = ready_count;
    hidden_rest = ready_rest;
    ready_count = 0;
    ready_rest = 0;
}

void page_show_ready(void)
{
    kassert(ready_count == 0);
    ready_count = hidden_count;
    ready_rest = hidden_rest;
    hidden_count = 0;
    hidden_rest = 0;
}

/* A run of the same length that came back. */
static void *take_run(uint32_t count)
{
    for (struct free_run **link = &free_runs; *link != NULL;
         link = &(*link)->next) {
        struct free_run *run = *link;

        if (run->count == count) {
            *link = run->next;
            return run;
        }
    }
    return NULL;
}

/* One that was never used, off the range that take_fresh() is at. */
static void *take_fresh_run(uint32_t count)
{
    struct range *range;
    void *pages;

    if (range_count == 0) {
        return NULL;
    }
    range = &ranges[range_count - 1];
    if (count > (range->end - range->next) >> PAGE_SHIFT) {
        return NULL;
    }
    pages = phys_to_virt(range->next);
    range->next += count * PAGE_SIZE;
    if (range->next == range->end) {
        range_count--;
    }
    return pages;
}

void *page_alloc_run(uint32_t count)
{
    uint8_t *pages;

    kassert(count > 0);
    pages = take_run(count);
    if (pages == NULL) {
        pages = take_fresh_run(count);
    }
    for (uint32_t i = 0; pages != NULL && i < count; i++) {
        zero(give_out(pages + i * PAGE_SIZE), PAGE_SIZE);
    }
    return pages;
}

void page_put_run(void *pages, uint32_t count)
{
    struct free_run *run = pages;

    for (uint32_t i = 0; i < count; i++) {
        uint32_t *references = references_of((uint8_t *)pages + i * PAGE_SIZE);

        kassert(*references == 1);
        *references = 0;
        free_count++;
    }
    run->count = count;
    run->next = free_runs;
    free_runs = run;
}

void page_get(void *page)
{
    uint32_t *count = references_of(page);

    kassert(*count > 0);
    ++*count;
}

void page_put(void *page)
{
    struct free_page *free_page = page;
    uint32_t *count;

    if (page == NULL) {
        return;
    }
    count = references_of(page);
    kassert(*count > 0);
    if (--*count == 0) {
        free_page->next = free_list;
        free_list = free_page;
        free_count++;
    }
}

uint32_t page_refs(const void *page)
{
    return *references_of(page);
}

uint64_t page_free_count(void)
{
    return free_count;
}

uint64_t page_total_count(void)
{
    return total_count;
}
