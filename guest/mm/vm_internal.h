/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the files that make up an address space share with each other.
 */
#ifndef MM_VM_INTERNAL_H
#define MM_VM_INTERNAL_H

#include "arch/sv39.h"
#include "mm/areas.h"
#include "mm/changes.h"
#include "mm/page.h"
#include "mm/vm.h"

extern const struct pages_ops vm_pages_ops;     /* vm_pages.c */

/* vm_watch.c: while all is watched, whether an area is. */
bool vm_is_watched(const struct vm *vm, const struct area *area);

/* The leaf for a page of the area. Pages without a backing count as modified:
 * nobody else has their contents. */
static inline pte_t vm_leaf(const struct vm *vm, const struct area *area,
                            uint64_t physical, bool modified)
{
    pte_t pte = pte_user(physical, (uint64_t)area->prot << 1,
                         modified || area->backing == NULL);

    return vm->watched && vm_is_watched(vm, area) ? pte & ~(pte_t)PTE_U : pte;
}
_Static_assert(VM_READ << 1 == PTE_R && VM_WRITE << 1 == PTE_W &&
               VM_EXEC << 1 == PTE_X, "vm_leaf shifts");

static inline uint64_t vm_page_up(uint64_t bytes)
{
    return (bytes + PAGE_MASK) & ~PAGE_MASK;
}

/* Whether [start, start + *bytes) can be a range of pages; rounds *bytes up. */
bool vm_is_range(uint64_t start, uint64_t *bytes);
/* Takes areas and pages of a range away: 0, VM_REMOTE, -ENOMEM. */
int vm_take_away(struct vm *vm, uint64_t start, uint64_t end);

/* Remembers the address for vm_remote_address; returns VM_REMOTE. */
int vm_is_elsewhere(struct vm *vm, uint64_t address);

/* The contents of the page at address are from now on nowhere but here. */
static inline void vm_note_written(struct vm *vm, uint64_t address)
{
    if (vm->pages.changes != NULL) {
        changes_written(vm->pages.changes, vm->pages.object,
                        address >> PAGE_SHIFT);
    }
}

/* Puts a page at a leaf that has none and takes over its reference. */
void vm_set_page(struct vm *vm, const struct area *area, uint64_t address,
                 pte_t *pte, void *page, bool modified);
/* Makes a leaf absent, whatever it was; the caller flushes. */
void vm_clear_leaf(struct vm *vm, pte_t *pte);

#endif
