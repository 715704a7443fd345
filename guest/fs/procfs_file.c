/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * /proc as open files: texts are made anew for each read, and a write to
 * /proc/PID/goto sends a process to another node.
 */
#include "fs/file.h"
#include "fs/open_file.h"
#include "fs/procfs.h"
#include "lib/errno.h"
#include "lib/string.h"

#define TEXT_MAX        (32u << 10)
#define GOTO_MAX        160u

static int (*go)(struct proc *proc, uint32_t node, char *how);

void fs_set_goto(int (*function)(struct proc *proc, uint32_t node, char *how))
{
    go = function;
}

static int64_t read_text(struct file *file, struct thread *thread,
                         struct uio *uio, uint64_t offset)
{
    static char buffer[TEXT_MAX];
    struct text text = { .start = buffer, .size = sizeof(buffer) };
    struct proc *owner = thread->proc;
    uint64_t bytes;
    int64_t result;

    if (file->node.pid != 0) {
        owner = proc_find(file->node.pid);
        if (owner == NULL) {
            return -ESRCH;
        }
    }
    if (procfs_text(file->node) == NULL) {
        return -EINVAL;
    }
    procfs_text(file->node)(&text, owner);
    bytes = offset < text.used ? text.used - offset : 0;
    bytes = bytes < uio->bytes ? bytes : uio->bytes;
    result = uio_check(uio, bytes, VM_WRITE);
    if (result != 0) {
        return result;
    }
    uio_put(uio, buffer + offset, bytes);
    return (int64_t)bytes;
}

/* Splits "NODE [HOW]", with white space around. */
static int parse_goto(char *text, uint32_t *node, char **how)
{
    const char *at = text;

    while (*at == ' ') {
        at++;
    }
    *node = procfs_take_number(&at);
    if (*node == UINT32_MAX || (*at != ' ' && *at != '\n' && *at != '\0')) {
        return -EINVAL;
    }
    *how = text + (at - text);
    return 0;
}

static int64_t write_goto(struct file *file, struct thread *thread,
                          struct uio *uio, uint64_t offset)
{
    char text[GOTO_MAX];
    struct proc *target = proc_find(file->node.pid);
    char *how;
    uint32_t node;
    int64_t result = uio_check(uio, uio->bytes, VM_READ);

    (void)thread;
    (void)offset;
    if (result != 0) {
        return result;
    }
    if (!procfs_is_goto(file->node) || uio->bytes >= sizeof(text)) {
        return -EINVAL;
    }
    if (target == NULL) {
        return -ESRCH;
    }
    if (go == NULL) {
        return -ENOSYS;
    }
    uio_get(uio, text, uio->bytes);
    text[uio->bytes] = '\0';
    result = parse_goto(text, &node, &how);
    if (result == 0) {
        result = go(target, node, how);
    }
    return result != 0 ? result : (int64_t)uio->bytes;
}

const struct file_ops procfs_ops = {
    .seekable = true,
    .read = read_text,
    .write = write_goto,
};
