/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * mm/page.h on the build machine's heap, where the sanitizers see who forgets a
 * page or uses it too long. fake_pages_left bounds it.
 */
#include "fake/page.h"

#include <stdlib.h>
#include <string.h>

uint64_t fake_pages_left = UINT64_MAX;
uint64_t fake_pages_total;

void *page_alloc_raw(void)
{
    if (fake_pages_left == 0) {
        return NULL;
    }
    if (fake_pages_left != UINT64_MAX) {
        fake_pages_left--;
    }
    return aligned_alloc(PAGE_SIZE, PAGE_SIZE);
}

void *page_alloc(void)
{
    void *page = page_alloc_raw();

    if (page != NULL) {
        memset(page, 0, PAGE_SIZE);
    }
    return page;
}

void *page_alloc_ready(void)
{
    return page_alloc();
}

void page_put(void *page)
{
    if (page != NULL && fake_pages_left != UINT64_MAX) {
        fake_pages_left++;
    }
    free(page);
}

uint64_t page_free_count(void)
{
    return fake_pages_left;
}

uint64_t page_total_count(void)
{
    return fake_pages_total;
}
