/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Address spaces: life, and the calls that change the map.
 *
 * Each call validates first, then changes the areas, then the page tables; it
 * either happens completely or not at all.
 */
#include "mm/vm.h"

#include "arch/mmu.h"
#include "hw/abi/message.h"
#include "lib/errno.h"
#include "lib/string.h"
#include "mm/page.h"
#include "mm/table.h"
#include "mm/vm_internal.h"

#define SPACES 256              /* as many as there can be processes */

static struct vm spaces[SPACES];        /* root is NULL: free */
static struct vm *active;

/* -- life -- */

struct vm *vm_create(void)
{
    for (unsigned i = 0; i < SPACES; i++) {
        struct vm *vm = &spaces[i];

        if (vm->root != NULL) {
            continue;
        }
        vm->root = table_create();
        if (vm->root == NULL) {
            return NULL;
        }
        vm->pages = (struct pages){
            .ops = &vm_pages_ops, .object = MB_OBJECT_SPACE,
        };
        vm->area_count = 0;
        vm->brk_start = 0;
        vm->brk = 0;
        vm->page_count = 0;
        vm->unused_gone = 0;
        vm->remote_address = 0;
        vm->watched = false;
        return vm;
    }
    return NULL;
}

/* Leaves that are not absent lie within areas. The caller flushes. */
static void clear_leaves(struct vm *vm, uint64_t start, uint64_t end)
{
    pte_t *pte;

    for (; (pte = table_next(vm->root, &start, end)) != NULL;
         start += PAGE_SIZE) {
        if (vm->pages.changes != NULL && pte_is_sent(*pte)) {
            changes_removed(vm->pages.changes, vm->pages.object,
                            start >> PAGE_SHIFT, 1);
        }
        vm_clear_leaf(vm, pte);
    }
}

void vm_destroy(struct vm *vm)
{
    if (vm == NULL) {
        return;
    }
    if (active == vm) {
        vm_activate(NULL);
    }
    if (vm->pages.changes != NULL) {
        changes_removed(vm->pages.changes, vm->pages.object, 0,
                        CHANGES_WHOLE);
        vm->pages.changes = NULL;
    }
    for (unsigned i = 0; i < vm->area_count; i++) {
        clear_leaves(vm, vm->areas[i].start, vm->areas[i].end);
    }
    /* Cuts nothing in two, so it cannot fail. */
    (void)areas_remove(vm, 0, USER_TOP);
    table_destroy(vm->root);
    vm->root = NULL;
}

bool vm_prepare(void)
{
    return page_prepare() || table_prepare();
}

void vm_hide_ready(void)
{
    page_hide_ready();
    table_hide_ready();
}

void vm_show_ready(void)
{
    page_show_ready();
    table_show_ready();
}

void vm_activate(struct vm *vm)
{
    if (vm != active) {
        active = vm;
        mmu_set_root(virt_to_phys(vm != NULL ? vm->root : kernel_root));
    }
}

/* -- leaves -- */

int vm_is_elsewhere(struct vm *vm, uint64_t address)
{
    vm->remote_address = address;
    return VM_REMOTE;
}

uint64_t vm_remote_address(const struct vm *vm)
{
    return vm->remote_address;
}

void vm_set_page(struct vm *vm, const struct area *area, uint64_t address,
                 pte_t *pte, void *page, bool modified)
{
    *pte = vm_leaf(vm, area, virt_to_phys(page), modified);
    if (pte_is_modified(*pte)) {
        vm_note_written(vm, address);
    }
    vm->page_count++;
    mmu_flush_page(address);
    if (area->prot & VM_EXEC) {
        mmu_flush_code();
    }
}

void vm_clear_leaf(struct vm *vm, pte_t *pte)
{
    if (pte_has_page(*pte)) {
        page_put(phys_to_virt(pte_physical(*pte)));
        vm->page_count--;
        vm->unused_gone += pte_is_unused(*pte);
    }
    *pte = 0;
}

uint64_t vm_unused_count(const struct vm *vm)
{
    uint64_t count = vm->unused_gone;
    uint64_t address = 0;
    const pte_t *pte;

    for (; (pte = table_next(vm->root, &address, USER_TOP)) != NULL;
         address += PAGE_SIZE) {
        count += pte_is_unused(*pte);
    }
    return count;
}

/* -- the map -- */

bool vm_is_range(uint64_t start, uint64_t *bytes)
{
    if (start % PAGE_SIZE != 0 || start > USER_TOP || *bytes == 0 ||
        *bytes > USER_TOP - start) {
        return false;
    }
    *bytes = vm_page_up(*bytes);
    return *bytes <= USER_TOP - start;
}

/* Writable memory can be read, on this machine as on Linux. */
static uint8_t whole_prot(uint8_t prot)
{
    return prot & VM_WRITE ? prot | VM_READ : prot;
}

int vm_take_away(struct vm *vm, uint64_t start, uint64_t end)
{
    int error;

    if (areas_free(vm, start, end)) {
        return 0;
    }
    if (vm->pages.map_awaited) {
        return vm_is_elsewhere(vm, start);
    }
    error = areas_remove(vm, start, end);
    if (error == 0) {
        clear_leaves(vm, start, end);
        mmu_flush_all();
    }
    return error;
}

int64_t vm_map(struct vm *vm, uint64_t start, uint64_t bytes,
               const struct area *like)
{
    struct area area = *like;
    int error;

    if (!vm_is_range(start, &bytes) || (start != 0 && start < AREAS_BOTTOM)) {
        return start == 0 ? -ENOMEM : -EINVAL;
    }
    if (start == 0) {
        start = areas_hole(vm, bytes);
        if (start == 0) {
            return -ENOMEM;
        }
    }
    if (vm->area_count + 1 >= VM_AREAS) {
        return -ENOMEM;         /* what is taken away might be cut in two */
    }
    error = vm_take_away(vm, start, start + bytes);
    if (error != 0) {
        return error;
    }
    area.start = start;
    area.end = start + bytes;
    area.prot = whole_prot(like->prot);
    (void)areas_insert(vm, &area);
    return (int64_t)start;
}

int vm_unmap(struct vm *vm, uint64_t start, uint64_t bytes)
{
    if (!vm_is_range(start, &bytes)) {
        return -EINVAL;
    }
    return vm_take_away(vm, start, start + bytes);
}

int vm_protect(struct vm *vm, uint64_t start, uint64_t bytes, uint8_t prot)
{
    uint64_t end;
    pte_t *pte;
    int error;

    if (!vm_is_range(start, &bytes)) {
        return bytes == 0 && start % PAGE_SIZE == 0 ? 0 : -EINVAL;
    }
    end = start + bytes;
    if (!areas_cover(vm, start, end)) {
        return -ENOMEM;
    }
    error = areas_protect(vm, start, end, whole_prot(prot));
    if (error != 0) {
        return error;
    }
    for (uint64_t at = start; (pte = table_next(vm->root, &at, end)) != NULL;
         at += PAGE_SIZE) {
        if (pte_has_page(*pte)) {
            pte_t leaf = vm_leaf(vm, vm_find(vm, at), pte_physical(*pte),
                                 pte_is_modified(*pte));

            leaf &= pte_is_unused(*pte) ? ~(pte_t)PTE_A : ~(pte_t)0;
            *pte = pte_is_sent(*pte) ? pte_sent(leaf) : leaf;
        }
    }
    mmu_flush_all();
    if (prot & VM_EXEC) {
        mmu_flush_code();
    }
    return 0;
}

int vm_discard(struct vm *vm, uint64_t start, uint64_t bytes)
{
    if (!vm_is_range(start, &bytes)) {
        return bytes == 0 && start % PAGE_SIZE == 0 ? 0 : -EINVAL;
    }
    if (!areas_cover(vm, start, start + bytes)) {
        return -ENOMEM;
    }
    if (vm->pages.map_awaited) {
        return vm_is_elsewhere(vm, start);
    }
    clear_leaves(vm, start, start + bytes);
    mmu_flush_all();
    return 0;
}

uint64_t vm_set_brk(struct vm *vm, uint64_t brk)
{
    uint64_t old_end = vm_page_up(vm->brk);
    uint64_t new_end = vm_page_up(brk);
    struct area heap = {
        .start = old_end, .end = new_end, .prot = VM_READ | VM_WRITE,
        .heap = true,
    };
    int error = 0;

    if (brk < vm->brk_start || brk > USER_TOP) {
        return vm->brk;
    }
    if (new_end < old_end) {
        error = vm_take_away(vm, new_end, old_end);
    } else if (new_end > old_end) {
        error = areas_free(vm, old_end, new_end) ? areas_insert(vm, &heap)
                                                 : -ENOMEM;
    }
    if (error == VM_REMOTE) {
        return VM_REMOTE;
    }
    if (error == 0) {
        vm->brk = brk;
    }
    return vm->brk;
}
