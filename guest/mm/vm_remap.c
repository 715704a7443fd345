/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * mremap: areas that grow, shrink or move with their pages.
 */
#include "arch/mmu.h"
#include "lib/errno.h"
#include "mm/table.h"
#include "mm/vm_internal.h"

/* Makes sure that no page of the range is elsewhere and that the tables for
 * its new place exist, so that moving cannot fail. */
static int prepare_move(struct vm *vm, uint64_t old, uint64_t bytes,
                        uint64_t new)
{
    uint64_t at = old;
    pte_t *pte;

    if (vm->pages.map_awaited) {
        return vm_is_elsewhere(vm, old);
    }
    for (; (pte = table_next(vm->root, &at, old + bytes)) != NULL;
         at += PAGE_SIZE) {
        if (pte_is_remote(*pte)) {
            return vm_is_elsewhere(vm, at);
        }
        if (table_make(vm->root, at - old + new) == NULL) {
            return -ENOMEM;
        }
    }
    return 0;
}

/* A page that moves has its copy in the wrong place. */
static pte_t note_move(struct vm *vm, pte_t pte, uint64_t old, uint64_t new)
{
    if (vm->pages.changes == NULL || !pte_is_modified(pte)) {
        return pte;
    }
    if (pte_is_sent(pte)) {
        changes_removed(vm->pages.changes, vm->pages.object, old >> PAGE_SHIFT,
                        1);
    }
    vm_note_written(vm, new);
    return pte & ~(pte_t)PTE_SENT;
}

static void move_leaves(struct vm *vm, uint64_t old, uint64_t bytes,
                        uint64_t new)
{
    uint64_t at = old;
    pte_t *pte;

    for (; (pte = table_next(vm->root, &at, old + bytes)) != NULL;
         at += PAGE_SIZE) {
        *table_find(vm->root, at - old + new) = note_move(vm, *pte, at,
                                                          at - old + new);
        *pte = 0;
    }
    mmu_flush_all();
}

static int64_t move_area(struct vm *vm, const struct area *like,
                         uint64_t old_bytes, uint64_t new_bytes)
{
    uint64_t old = like->start;
    uint64_t new = areas_hole(vm, new_bytes);
    struct area area = *like;
    int error;

    /* One slot for the new area, one if the old one is cut in two. */
    if (new == 0 || vm->area_count + 2 > VM_AREAS) {
        return -ENOMEM;
    }
    error = prepare_move(vm, old, old_bytes, new);
    if (error != 0) {
        return error;
    }
    area.start = new;
    area.end = new + new_bytes;
    move_leaves(vm, old, old_bytes, new);
    (void)areas_insert(vm, &area);
    (void)areas_remove(vm, old, old + old_bytes);
    return (int64_t)new;
}

int64_t vm_remap(struct vm *vm, uint64_t old, uint64_t old_bytes,
                 uint64_t new_bytes, bool may_move)
{
    const struct area *found = vm_find(vm, old);
    struct area area;
    int error;

    if (!vm_is_range(old, &old_bytes) || new_bytes == 0 || new_bytes > USER_TOP) {
        return -EINVAL;
    }
    new_bytes = vm_page_up(new_bytes);
    if (found == NULL || found->end - old < old_bytes) {
        return -EFAULT;
    }
    if (new_bytes <= old_bytes) {
        error = vm_take_away(vm, old + new_bytes, old + old_bytes);
        return error != 0 ? error : (int64_t)old;
    }
    area = areas_tail(found, old);
    if (area.end == old + old_bytes && new_bytes <= USER_TOP - old &&
        areas_free(vm, area.end, old + new_bytes)) {
        area = areas_tail(&area, area.end);
        area.end = old + new_bytes;
        error = areas_insert(vm, &area);
        return error != 0 ? error : (int64_t)old;
    }
    return may_move ? move_area(vm, &area, old_bytes, new_bytes) : -ENOMEM;
}
