/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Page faults: what becomes of a page when it is touched.
 */
#include "arch/mmu.h"
#include "lib/errno.h"
#include "lib/string.h"
#include "mm/page.h"
#include "mm/table.h"
#include "mm/vm_internal.h"

/* A new page with what the area says is at `address`, in *page. */
static int fill(const struct area *area, uint64_t address, void **page)
{
    struct area rest = areas_tail(area, address);
    uint64_t bytes = rest.file_end < PAGE_SIZE ? rest.file_end : PAGE_SIZE;
    uint8_t *contents;
    int error;

    if (area->backing == NULL || bytes == 0) {
        *page = page_alloc();
        return *page == NULL ? -ENOMEM : 0;
    }
    contents = page_alloc_raw();
    if (contents == NULL) {
        return -ENOMEM;
    }
    error = area->backing->ops->read(area->backing, rest.offset, contents,
                                     bytes);
    if (error != 0) {
        page_put(contents);
        return -EIO;
    }
    memset(contents + bytes, 0, PAGE_SIZE - bytes);
    *page = contents;
    return 0;
}

static int fault_absent(struct vm *vm, const struct area *area,
                        uint64_t address, bool write, pte_t *pte)
{
    void *page;
    int error = fill(area, address, &page);

    if (error != 0) {
        return error;
    }
    vm_set_page(vm, area, address, pte, page, write);
    return 0;
}

/* A store to a page that may not be written yet. */
static void make_writable(struct vm *vm, const struct area *area,
                          uint64_t address, pte_t *pte)
{
    bool noted = pte_is_owed(*pte);

    *pte = vm_leaf(vm, area, pte_physical(*pte), true) |
           (vm->watched ? *pte & PTE_REMOTE : 0);
    if (!noted) {
        vm_note_written(vm, address);
    }
}

int vm_fault(struct vm *vm, uint64_t address, enum vm_access access)
{
    const struct area *area = vm_find(vm, address);
    pte_t *pte;

    if (area == NULL || !(area->prot & access)) {
        return -EFAULT;
    }
    address &= ~PAGE_MASK;
    pte = table_make(vm->root, address);
    if (pte == NULL) {
        return -ENOMEM;
    }
    if (pte_has_page(*pte)) {
        if (access == VM_WRITE) {
            make_writable(vm, area, address, pte);
        }
        *pte |= PTE_A;          /* for processors that leave it to software */
        mmu_flush_page(address);
        return 0;
    }
    if (pte_is_remote(*pte) || vm->pages.map_awaited) {
        return vm_is_elsewhere(vm, address);
    }
    return fault_absent(vm, area, address, access == VM_WRITE, pte);
}
