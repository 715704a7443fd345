/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * execve, of programs in the RAM disk.
 */
#include "fs/open_file.h"
#include "fs/path.h"
#include "fs/ramdisk.h"
#include "lib/errno.h"
#include "lib/string.h"
#include "proc/exec.h"
#include "proc/syscalls.h"

#define STRINGS_MAX     (64u << 10)     /* bytes of argv, and of envp */
#define STRINGS_COUNT   1024u           /* of both */

static char argv_bytes[STRINGS_MAX];
static char envp_bytes[STRINGS_MAX];

/* The pointer at `address` in user memory. */
static int64_t read_pointer(struct thread *thread, uint64_t address,
                            uint64_t *pointer)
{
    struct vm *vm = thread->proc->vm;
    int64_t result = syscall_user(thread,
        vm_user_check(vm, address, sizeof(*pointer), VM_READ));

    if (result == 0) {
        (void)vm_user_read(vm, pointer, address, sizeof(*pointer));
    }
    return result;
}

/* Packs the strings of a list that ends with a null pointer. */
static int64_t read_strings(struct thread *thread, uint64_t list,
                            char bytes[STRINGS_MAX], uint32_t *count)
{
    size_t used = 0;

    for (*count = 0; list != 0; list += sizeof(uint64_t)) {
        uint64_t string;
        int64_t result = read_pointer(thread, list, &string);
        int length;

        if (result != 0) {
            return result;
        }
        if (string == 0) {
            return 0;
        }
        if (*count == STRINGS_COUNT) {
            return -E2BIG;
        }
        length = vm_user_string(thread->proc->vm, bytes + used, string,
                                STRINGS_MAX - used);
        if (length < 0) {
            return length == -ENAMETOOLONG ? -E2BIG :
                                             syscall_user(thread, length);
        }
        used += (size_t)length + 1;
        (*count)++;
    }
    return 0;
}

/* What is written to the layer is data: it cannot be run. */
static int64_t find_program(struct thread *thread, uint64_t address,
                            char path[FS_PATH_MAX + 1])
{
    static struct place place;
    int64_t result = path_find(thread, (uint64_t)LINUX_AT_FDCWD, address, 0,
                               &place);

    if (result != 0) {
        return result;
    }
    if (place.node.kind != NODE_LOWER) {
        return -EACCES;
    }
    path[0] = '/';
    return node_path(thread->proc, place.node, path + 1);
}

int64_t sys_execve(struct thread *thread, const uint64_t a[6])
{
    static char path[FS_PATH_MAX + 1];
    struct proc *proc = thread->proc;
    struct exec_args args = { .argv = argv_bytes, .envp = envp_bytes };
    int64_t result;

    if (thread != proc->threads) {
        return -EAGAIN;             /* only the first thread can stay */
    }
    if (proc->vm->pages.map_awaited) {
        /* the map that is on its way is that of the space as it is now */
        proc_wait_page(thread, &proc->vm->pages, 0);
        return SYSCALL_RESTART;
    }
    result = find_program(thread, a[0], path);
    if (result == 0) {
        result = read_strings(thread, a[1], argv_bytes, &args.argc);
    }
    if (result == 0) {
        result = read_strings(thread, a[2], envp_bytes, &args.envc);
    }
    if (result == 0) {
        result = exec_load(proc, path, &args);
    }
    if (result == 0) {
        files_close_on_exec(proc->files);
    }
    return result;
}
