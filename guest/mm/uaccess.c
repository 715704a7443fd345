/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The kernel's view of user memory: through the direct map, page by page,
 * with the user's own rights.
 */
#include "lib/errno.h"
#include "lib/string.h"
#include "mm/page.h"
#include "mm/table.h"
#include "mm/vm_internal.h"

/* The kernel's address of a user byte that allows `access`. */
static int user_byte(struct vm *vm, uint64_t address, enum vm_access access,
                     uint8_t **byte)
{
    uint64_t wanted = (uint64_t)access << 1 | PTE_V;
    pte_t *pte;
    int answer;

    if (address >= USER_TOP) {
        return -EFAULT;         /* the upper half is nobody's business */
    }
    pte = table_find(vm->root, address);
    if (pte == NULL || (*pte & wanted) != wanted) {
        answer = vm_fault(vm, address, access);
        if (answer != 0) {
            return answer;
        }
        pte = table_find(vm->root, address);
    }
    *pte |= PTE_A;
    *byte = (uint8_t *)phys_to_virt(pte_physical(*pte)) +
            (address & PAGE_MASK);
    return 0;
}

static bool is_user_range(uint64_t address, uint64_t bytes)
{
    return address <= USER_TOP && bytes <= USER_TOP - address;
}

/* How much of `bytes` from address on lies in one page. */
static uint64_t in_page(uint64_t address, uint64_t bytes)
{
    uint64_t room = PAGE_SIZE - (address & PAGE_MASK);

    return bytes < room ? bytes : room;
}

int vm_user_check(struct vm *vm, uint64_t address, uint64_t bytes,
                  enum vm_access access)
{
    uint8_t *byte;

    if (!is_user_range(address, bytes)) {
        return -EFAULT;
    }
    while (bytes > 0) {
        uint64_t step = in_page(address, bytes);
        int answer = user_byte(vm, address, access, &byte);

        if (answer != 0) {
            return answer;
        }
        address += step;
        bytes -= step;
    }
    return 0;
}

int vm_user_read(struct vm *vm, void *to, uint64_t from, uint64_t bytes)
{
    uint8_t *byte;

    if (!is_user_range(from, bytes)) {
        return -EFAULT;
    }
    while (bytes > 0) {
        uint64_t step = in_page(from, bytes);
        int answer = user_byte(vm, from, VM_READ, &byte);

        if (answer != 0) {
            return answer;
        }
        memcpy(to, byte, step);
        to = (uint8_t *)to + step;
        from += step;
        bytes -= step;
    }
    return 0;
}

int vm_user_write(struct vm *vm, uint64_t to, const void *from,
                  uint64_t bytes)
{
    uint8_t *byte;

    if (!is_user_range(to, bytes)) {
        return -EFAULT;
    }
    while (bytes > 0) {
        uint64_t step = in_page(to, bytes);
        int answer = user_byte(vm, to, VM_WRITE, &byte);

        if (answer != 0) {
            return answer;
        }
        memcpy(byte, from, step);
        from = (const uint8_t *)from + step;
        to += step;
        bytes -= step;
    }
    return 0;
}

int vm_user_string(struct vm *vm, char *to, uint64_t from, size_t size)
{
    uint8_t *byte;
    size_t done = 0;

    while (done < size) {
        uint64_t step = in_page(from, size - done);
        size_t length;
        int answer = user_byte(vm, from, VM_READ, &byte);

        if (answer != 0) {
            return answer == VM_REMOTE ? -EAGAIN : answer;
        }
        length = strnlen((const char *)byte, step);
        memcpy(to + done, byte, length);
        done += length;
        if (length < step) {
            to[done] = '\0';
            return (int)done;
        }
        from += step;
    }
    return -ENAMETOOLONG;
}
