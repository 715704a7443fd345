/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Watching the accesses of a program: leaves that are present but the kernel's.
 *
 * While a space is watched PTE_REMOTE in a leaf that has a page says that the page
 * was at another node when the watch began; else it is PTE_SENT. So a watch ends
 * before a move begins.
 */
#include "arch/mmu.h"
#include "mm/page.h"
#include "mm/table.h"
#include "mm/vm_internal.h"

bool vm_is_watched(const struct vm *vm, const struct area *area)
{
    for (unsigned i = 0; i < 2; i++) {
        if (vm->unwatched[i] >= area->start && vm->unwatched[i] < area->end) {
            return false;
        }
    }
    return true;
}

/* Makes all leaves what vm_leaf says now. */
static void renew_leaves(struct vm *vm)
{
    uint64_t at = 0;
    pte_t *pte;

    for (; (pte = table_next(vm->root, &at, USER_TOP)) != NULL;
         at += PAGE_SIZE) {
        if (pte_has_page(*pte)) {
            *pte = vm_leaf(vm, vm_find(vm, at), pte_physical(*pte),
                           pte_is_modified(*pte));
        }
    }
    mmu_flush_all();
}

void vm_watch(struct vm *vm, uint64_t pc, uint64_t sp)
{
    vm->watched = true;
    vm->unwatched[0] = pc;
    vm->unwatched[1] = sp;
    renew_leaves(vm);
}

void vm_unwatch(struct vm *vm)
{
    vm->watched = false;
    renew_leaves(vm);
}

void *vm_watched_page(struct vm *vm, uint64_t address, bool *late)
{
    pte_t *pte = address < USER_TOP ? table_find(vm->root, address) : NULL;

    if (!vm->watched || pte == NULL || !(*pte & PTE_V) || (*pte & PTE_U)) {
        return NULL;
    }
    *late = *pte & PTE_REMOTE;
    return phys_to_virt(pte_physical(*pte));
}
