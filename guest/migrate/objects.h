/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The paged objects of a process by their numbers in messages: its address
 * space and the files that it has changed.
 */
#ifndef MIGRATE_OBJECTS_H
#define MIGRATE_OBJECTS_H

#include <stdbool.h>
#include <stdint.h>

#include "fs/file.h"
#include "hw/abi/message.h"
#include "mm/pages.h"
#include "proc/proc.h"

#define OBJECTS     (MB_OBJECT_FILE0 + LAYER_FILES)

/* NULL: the process has no such object. */
struct pages *object_find(struct proc *proc, uint32_t object);
/* All objects of the process have numbers below this. */
uint32_t object_end(const struct proc *proc);
/* Sets map_awaited in all objects. */
void objects_await_map(struct proc *proc, bool awaited);

/* A place in the row of all pages of all objects. */
struct cursor {
    uint32_t object;
    uint64_t index;
};

struct page_ref {
    uint32_t object;
    uint64_t index;
    void *page;
    bool modified;
};

/* The first present page at or behind the cursor, which moves past it. */
bool objects_next(struct proc *proc, struct cursor *cursor,
                  struct page_ref *ref);
/* The last present page before the cursor in the same object; the cursor moves
 * to it. */
bool objects_previous(struct proc *proc, struct cursor *cursor,
                      struct page_ref *ref);
/* The first run of modified pages at or behind the cursor, which moves past
 * it. */
bool objects_next_run(struct proc *proc, struct cursor *cursor,
                      struct mb_page_run *run);
/* How many pages are present. */
uint64_t objects_count(struct proc *proc);
/* One present page; false: absent. */
bool objects_page(struct proc *proc, uint32_t object, uint64_t index,
                  struct page_ref *ref);

#endif
