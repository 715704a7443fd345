/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * System calls on the address space.
 *
 * A private mapping of a file of the RAM disk is filled from it page by page on
 * demand. Of a file of the process's own layer it is a copy made at once:
 * POSIX leaves open whether later writes to the file show in it. There are no
 * shared mappings: MAP_SHARED is a private one where that makes no difference,
 * and -ENODEV where it would.
 */
#include "fs/layer.h"
#include "fs/open_file.h"
#include "fs/ramdisk.h"
#include "fs/regular.h"
#include "include/uapi/linux-abi.h"
#include "lib/errno.h"
#include "mm/page.h"
#include "mm/vm.h"
#include "proc/syscalls.h"

_Static_assert(VM_READ == LINUX_PROT_READ && VM_WRITE == LINUX_PROT_WRITE &&
               VM_EXEC == LINUX_PROT_EXEC, "enum vm_access is PROT_*");

#define MAP_LOWEST  0x10000u        /* Linux's default: null stays unmapped */

static uint64_t page_up(uint64_t bytes)
{
    return (bytes + PAGE_MASK) & ~PAGE_MASK;
}

/* [start, start + bytes) is page-aligned, not empty, below USER_TOP; *bytes
 * becomes whole pages. */
static bool is_range(uint64_t start, uint64_t *bytes)
{
    if ((start & PAGE_MASK) != 0 || *bytes == 0 || *bytes > USER_TOP) {
        return false;
    }
    *bytes = page_up(*bytes);
    return start <= USER_TOP - *bytes;
}

/* vm_* answer an address, -errno, or VM_REMOTE. */
static int64_t finish(struct thread *thread, int64_t answer)
{
    return answer <= VM_REMOTE ? syscall_user(thread, (int)answer) : answer;
}

/* -- mmap -- */

static bool overlaps(const struct vm *vm, uint64_t start, uint64_t bytes)
{
    for (uint32_t i = 0; i < vm->area_count; i++) {
        if (vm->areas[i].start < start + bytes && vm->areas[i].end > start) {
            return true;
        }
    }
    return false;
}

/* An address without MAP_FIXED is a hint, and hints are not taken. */
static int64_t map_like(struct thread *thread, uint64_t start, uint64_t bytes,
                        uint64_t flags, const struct area *like)
{
    struct vm *vm = thread->proc->vm;

    if ((flags & (LINUX_MAP_FIXED | LINUX_MAP_FIXED_NOREPLACE)) == 0) {
        start = 0;
    } else if (!is_range(start, &bytes)) {
        return start & PAGE_MASK ? -EINVAL : -ENOMEM;
    } else if (start < MAP_LOWEST) {
        return -EPERM;
    } else if ((flags & LINUX_MAP_FIXED_NOREPLACE) != 0 &&
               overlaps(vm, start, bytes)) {
        return -EEXIST;
    }
    return finish(thread, vm_map(vm, start, bytes, like));
}

/* Anonymous pages with what the file holds. */
static int64_t map_copy(struct thread *thread, const uint64_t a[6],
                        struct content *content, uint64_t bytes)
{
    struct vm *vm = thread->proc->vm;
    struct area like = { .prot = VM_READ | VM_WRITE };
    uint64_t file_bytes = a[5] < content->size ? content->size - a[5] : 0;
    uint64_t index = 0;
    int64_t result;
    uint64_t start;

    file_bytes = file_bytes < bytes ? file_bytes : bytes;
    result = content_answer(thread, content,
                            content_check(content, a[5], file_bytes, &index),
                            index);
    if (result != 0) {
        return result;
    }
    result = map_like(thread, a[0], bytes, a[3], &like);
    if (result < 0) {
        return result;
    }
    start = (uint64_t)result;
    if (vm_user_check(vm, start, file_bytes, VM_WRITE) != 0) {
        (void)vm_unmap(vm, start, bytes);
        return -ENOMEM;
    }
    for (uint64_t done = 0; done < file_bytes;) {
        uint64_t part = file_bytes - done;
        const void *from = content_view(content, a[5] + done, &part);

        (void)vm_user_write(vm, start + done, from, part);
        done += part;
    }
    (void)vm_protect(vm, start, bytes, (uint8_t)a[2]);
    return (int64_t)start;
}

static int64_t map_file(struct thread *thread, const uint64_t a[6],
                        uint64_t bytes)
{
    struct files *files = thread->proc->files;
    struct file *file = files_get(files, a[4]);
    struct area like = { .prot = (uint8_t)a[2], .offset = a[5] };
    const struct cpio_entry *entry;

    if (file == NULL) {
        return -EBADF;
    }
    if ((file->flags & LINUX_O_ACCMODE) == LINUX_O_WRONLY) {
        return -EACCES;
    }
    if ((a[3] & LINUX_MAP_TYPE) != LINUX_MAP_PRIVATE &&
        (a[2] & LINUX_PROT_WRITE) != 0) {
        return (file->flags & LINUX_O_ACCMODE) == LINUX_O_RDONLY ? -EACCES :
                                                                  -ENODEV;
    }
    switch (file->kind) {
    case FILE_LOWER:
        entry = ramdisk_entry(file->node.index);
        like.backing = ramdisk_backing(file->node.index);
        like.file_end = a[5] < entry->bytes ? entry->bytes - a[5] : 0;
        like.file_end = like.file_end < bytes ? like.file_end : bytes;
        return map_like(thread, a[0], bytes, a[3], &like);
    case FILE_UPPER:
        return map_copy(thread, a,
                        &layer_slot(files->layer, file->node.index)->content,
                        bytes);
    case FILE_DEVICE:
        if (ramdisk_entry(file->node.index)->device == RAMDISK_DEV_ZERO) {
            like.offset = 0;
            return map_like(thread, a[0], bytes, a[3], &like);
        }
        return -ENODEV;
    default:
        return -ENODEV;
    }
}

int64_t sys_mmap(struct thread *thread, const uint64_t a[6])
{
    uint64_t bytes = page_up(a[1]);
    uint64_t type = a[3] & LINUX_MAP_TYPE;
    struct area like = { .prot = (uint8_t)a[2] };

    if (a[1] == 0 || (a[5] & PAGE_MASK) != 0 ||
        (a[2] & ~(uint64_t)LINUX_PROT_ALL) != 0 ||
        (type != LINUX_MAP_PRIVATE && type != LINUX_MAP_SHARED &&
         type != LINUX_MAP_SHARED_VALIDATE)) {
        return -EINVAL;
    }
    if (a[1] > USER_TOP) {
        return -ENOMEM;
    }
    if (a[5] > (uint64_t)INT64_MAX - bytes) {
        return -EOVERFLOW;
    }
    if ((a[3] & LINUX_MAP_ANONYMOUS) == 0) {
        return map_file(thread, a, bytes);
    }
    return map_like(thread, a[0], bytes, a[3], &like);
}

/* -- the others -- */

int64_t sys_munmap(struct thread *thread, const uint64_t a[6])
{
    uint64_t bytes = a[1];

    if (!is_range(a[0], &bytes)) {
        return -EINVAL;
    }
    return finish(thread, vm_unmap(thread->proc->vm, a[0], bytes));
}

int64_t sys_mprotect(struct thread *thread, const uint64_t a[6])
{
    uint64_t bytes = a[1];

    if ((a[0] & PAGE_MASK) != 0 ||
        (a[2] & ~(uint64_t)LINUX_PROT_ALL) != 0) {
        return -EINVAL;
    }
    if (bytes == 0) {
        return 0;
    }
    if (!is_range(a[0], &bytes)) {
        return -ENOMEM;
    }
    return finish(thread, vm_protect(thread->proc->vm, a[0], bytes,
                                     (uint8_t)a[2]));
}

int64_t sys_mremap(struct thread *thread, const uint64_t a[6])
{
    uint64_t old_bytes = a[1];
    uint64_t new_bytes = page_up(a[2]);

    /* neither a fixed place nor the duplication of a shared mapping */
    if ((a[3] & ~(uint64_t)LINUX_MREMAP_MAYMOVE) != 0 ||
        !is_range(a[0], &old_bytes) || a[2] == 0) {
        return -EINVAL;
    }
    if (a[2] > USER_TOP) {
        return -ENOMEM;
    }
    return finish(thread, vm_remap(thread->proc->vm, a[0], old_bytes,
                                   new_bytes,
                                   (a[3] & LINUX_MREMAP_MAYMOVE) != 0));
}

int64_t sys_brk(struct thread *thread, const uint64_t a[6])
{
    return finish(thread, (int64_t)vm_set_brk(thread->proc->vm, a[0]));
}

/* Whether every page of the range is mapped. */
static bool is_mapped(const struct vm *vm, uint64_t start, uint64_t bytes)
{
    uint64_t end = start + bytes;

    while (start < end) {
        const struct area *area = vm_find(vm, start);

        if (area == NULL || area->start > start) {
            return false;
        }
        start = area->end;
    }
    return true;
}

static int64_t check_mapped(struct thread *thread, uint64_t start,
                            uint64_t bytes)
{
    bytes += start & PAGE_MASK;
    start &= ~PAGE_MASK;
    if (bytes == 0) {
        return 0;
    }
    if (!is_range(start, &bytes)) {
        return -EINVAL;
    }
    return is_mapped(thread->proc->vm, start, bytes) ? 0 : -ENOMEM;
}

int64_t sys_madvise(struct thread *thread, const uint64_t a[6])
{
    uint64_t bytes = a[1];
    int64_t result;

    if ((a[0] & PAGE_MASK) != 0 || (int)a[2] == LINUX_MADV_REMOVE) {
        return -EINVAL;
    }
    result = check_mapped(thread, a[0], bytes);
    if (result != 0 || bytes == 0 ||
        ((int)a[2] != LINUX_MADV_DONTNEED && (int)a[2] != LINUX_MADV_FREE)) {
        return result;
    }
    return finish(thread, vm_discard(thread->proc->vm, a[0], page_up(bytes)));
}

int64_t sys_msync(struct thread *thread, const uint64_t a[6])
{
    return (a[0] & PAGE_MASK) != 0 ? -EINVAL :
                                     check_mapped(thread, a[0], a[1]);
}

/* Pages are never evicted: all memory is locked as it is. */
int64_t sys_mlock(struct thread *thread, const uint64_t a[6])
{
    return check_mapped(thread, a[0], a[1]);
}

int64_t sys_munlock(struct thread *thread, const uint64_t a[6])
{
    return check_mapped(thread, a[0], a[1]);
}

int64_t sys_mlockall(struct thread *thread, const uint64_t a[6])
{
    (void)thread;
    (void)a;
    return 0;
}

int64_t sys_munlockall(struct thread *thread, const uint64_t a[6])
{
    (void)thread;
    (void)a;
    return 0;
}

/* One hart, and the kernel fences before every return to user mode that
 * follows a new mapping. */
int64_t sys_riscv_flush_icache(struct thread *thread, const uint64_t a[6])
{
    (void)thread;
    (void)a;
    __asm__ volatile("fence.i" ::: "memory");
    return 0;
}
