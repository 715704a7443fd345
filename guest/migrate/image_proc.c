/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The parts of a process's image, in order: process and threads, address
 * space, files. Pages are not part of it.
 */
#include "migrate/image.h"

#include "fs/file.h"
#include "lib/errno.h"
#include "proc/proc.h"

int64_t image_encode(struct proc *proc, void *buffer, size_t size)
{
    struct codec c;

    image_start(&c, buffer, size);
    proc_encode(proc, &c);
    vm_encode(proc->vm, &c);
    files_encode(proc->files, &c);
    return image_seal(&c, buffer);
}

static int decode_parts(struct proc *proc, struct codec *c)
{
    int error = proc_decode(proc, c);

    if (error) {
        return error;
    }
    proc->vm = vm_create();
    if (proc->vm == NULL) {
        return -ENOMEM;
    }
    error = vm_decode(proc->vm, c);
    if (error) {
        return error;
    }
    proc->files = files_decode(c, &error);
    return proc->files ? 0 : error;
}

static int decode(struct proc *proc, struct codec *c, uint32_t pid,
                  uint32_t epoch)
{
    int error = decode_parts(proc, c);

    if (error) {
        return error;
    }
    if (c->error) {
        return c->error;
    }
    if (codec_left(c) != 0 || proc->pid != pid || proc->epoch != epoch ||
        proc->threads == NULL) {
        return -EINVAL;
    }
    return 0;
}

int image_decode(const void *image, size_t bytes, uint32_t pid, uint32_t epoch,
                 struct proc **proc)
{
    struct codec c;
    int error = image_open(&c, image, bytes);

    if (error) {
        return error;
    }
    *proc = proc_create(pid, "");
    if (*proc == NULL) {
        return -ENFILE;
    }
    error = decode(*proc, &c, pid, epoch);
    if (error) {
        /* Found and freed under the number it was created with. */
        (*proc)->pid = pid;
        proc_destroy(*proc);
    }
    return error;
}
