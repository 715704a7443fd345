/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Objects and walks over their pages.
 */
#include "migrate/objects.h"

#include <stddef.h>

struct pages *object_find(struct proc *proc, uint32_t object)
{
    if (object == MB_OBJECT_SPACE) {
        return &proc->vm->pages;
    }
    if (object >= OBJECTS) {
        return NULL;
    }
    return files_object(proc->files, object - MB_OBJECT_FILE0);
}

uint32_t object_end(const struct proc *proc)
{
    return MB_OBJECT_FILE0 + files_object_end(proc->files);
}

void objects_await_map(struct proc *proc, bool awaited)
{
    uint32_t end = object_end(proc);

    for (uint32_t object = 0; object < end; object++) {
        struct pages *pages = object_find(proc, object);

        if (pages) {
            pages->map_awaited = awaited;
        }
    }
}

bool objects_next(struct proc *proc, struct cursor *cursor,
                  struct page_ref *ref)
{
    uint32_t end = object_end(proc);

    while (cursor->object < end) {
        struct pages *pages = object_find(proc, cursor->object);

        ref->object = cursor->object;
        ref->index = cursor->index;
        ref->page = pages ? pages->ops->next(pages, &ref->index,
                                             &ref->modified) : NULL;
        if (ref->page) {
            cursor->index = ref->index + 1;
            return true;
        }
        cursor->object++;
        cursor->index = 0;
    }
    return false;
}

bool objects_previous(struct proc *proc, struct cursor *cursor,
                      struct page_ref *ref)
{
    struct pages *pages = object_find(proc, cursor->object);

    ref->object = cursor->object;
    ref->index = cursor->index;
    ref->page = pages ? pages->ops->previous(pages, &ref->index,
                                             &ref->modified) : NULL;
    cursor->index = ref->page ? ref->index : 0;
    return ref->page != NULL;
}

bool objects_next_run(struct proc *proc, struct cursor *cursor,
                      struct mb_page_run *run)
{
    uint32_t end = object_end(proc);

    for (; cursor->object < end; cursor->object++, cursor->index = 0) {
        struct pages *pages = object_find(proc, cursor->object);

        run->object = cursor->object;
        run->index = cursor->index;
        run->count = pages ? pages->ops->next_run(pages, &run->index, UINT64_MAX)
                           : 0;
        if (run->count > 0) {
            cursor->index = run->index + run->count;
            return true;
        }
    }
    return false;
}

uint64_t objects_count(struct proc *proc)
{
    uint32_t end = object_end(proc);
    uint64_t count = 0;

    for (uint32_t object = 0; object < end; object++) {
        struct pages *pages = object_find(proc, object);

        count += pages ? pages->ops->count(pages) : 0;
    }
    return count;
}

bool objects_page(struct proc *proc, uint32_t object, uint64_t index,
                  struct page_ref *ref)
{
    struct pages *pages = object_find(proc, object);

    ref->object = object;
    ref->index = index;
    ref->page = pages ? pages->ops->find(pages, index, &ref->modified) : NULL;
    return ref->page != NULL;
}
