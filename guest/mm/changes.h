/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a process changes while copies of its pages travel ahead of it, as lists
 * of runs of neighbouring pages. So who wants to know does not have to look at
 * every page.
 *
 * A list is bounded. One that is full names whole objects instead: it says too
 * much then, never too little.
 */
#ifndef MM_CHANGES_H
#define MM_CHANGES_H

#include <stdint.h>

#include "hw/abi/message.h"

#define CHANGES_RUNS    512u        /* more than there are objects */
#define CHANGES_WHOLE   (1u << 26)  /* pages: no object has one behind them */

struct change_list {
    struct mb_page_run *runs;       /* CHANGES_RUNS of them */
    uint32_t count;
};

struct changes {
    /* Pages of which there is no copy, or an old one. */
    struct change_list written;
    /* Pages that had a copy and are not there any more. */
    struct change_list removed;
    uint64_t page_count;            /* noted as written, some maybe twice */
};

void change_list_add(struct change_list *list, const struct mb_page_run *run);

void changes_written(struct changes *changes, uint32_t object, uint64_t index);
void changes_removed(struct changes *changes, uint32_t object, uint64_t index,
                     uint32_t count);

#endif
