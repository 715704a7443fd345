/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reading and writing regular files, of the RAM disk and of the layer, and
 * what directories answer to it.
 */
#include "fs/open_file.h"
#include "fs/ramdisk.h"
#include "fs/regular.h"
#include "fs/tree.h"
#include "lib/errno.h"
#include "proc/syscall.h"
#include "proc/syscalls.h"

int64_t content_answer(struct thread *thread, struct content *content,
                       int result, uint64_t index)
{
    if (result == VM_REMOTE) {
        proc_wait_page(thread, &content->pages, index);
        return SYSCALL_RESTART;
    }
    return result;
}

/* How many bytes there are to read at offset. */
static uint64_t readable(uint64_t size, uint64_t offset, uint64_t wanted)
{
    uint64_t left = offset < size ? size - offset : 0;

    return wanted < left ? wanted : left;
}

static int64_t read_lower(struct file *file, struct thread *thread,
                          struct uio *uio, uint64_t offset)
{
    const struct cpio_entry *entry = ramdisk_entry(file->node.index);
    uint64_t bytes = readable(entry->bytes, offset, uio->bytes);
    int64_t result = uio_check(uio, bytes, VM_WRITE);

    (void)thread;
    if (result != 0) {
        return result;
    }
    if (bytes > 0) {
        uio_put(uio, (const uint8_t *)entry->data + offset, bytes);
    }
    return (int64_t)bytes;
}

static int64_t read_upper(struct file *file, struct thread *thread,
                          struct uio *uio, uint64_t offset)
{
    struct content *content =
        &layer_slot(thread->proc->files->layer, file->node.index)->content;
    uint64_t bytes = readable(content->size, offset, uio->bytes);
    int64_t result = uio_check(uio, bytes, VM_WRITE);
    uint64_t index = 0;

    if (result == 0) {
        result = content_answer(thread, content,
                                content_check(content, offset, bytes, &index),
                                index);
    }
    if (result != 0) {
        return result;
    }
    for (uint64_t done = 0; done < bytes;) {
        uint64_t part = bytes - done;
        const void *from = content_view(content, offset + done, &part);

        uio_put(uio, from, part);
        done += part;
    }
    return (int64_t)bytes;
}

static int64_t write_upper(struct file *file, struct thread *thread,
                           struct uio *uio, uint64_t offset)
{
    struct layer_file *upper =
        layer_slot(thread->proc->files->layer, file->node.index);
    struct content *content = &upper->content;
    int64_t result = uio_check(uio, uio->bytes, VM_READ);
    uint64_t index = 0;

    if (result == 0 && uio->bytes > 0) {
        result = content_answer(thread, content,
                                content_prepare(content, offset, uio->bytes,
                                                &index),
                                index);
    }
    if (result != 0) {
        return result;
    }
    for (uint64_t done = 0; done < uio->bytes;) {
        uint64_t part = uio->bytes - done;
        void *to = content_edit(content, offset + done, &part);

        uio_get(uio, to, part);
        done += part;
    }
    upper->mtime_ns = time_of_day_ns();
    upper->ctime_ns = upper->mtime_ns;
    return (int64_t)uio->bytes;
}

static int64_t size_lower(struct file *file, struct thread *thread,
                          uint64_t *size)
{
    (void)thread;
    *size = ramdisk_entry(file->node.index)->bytes;
    return 0;
}

static int64_t size_upper(struct file *file, struct thread *thread,
                          uint64_t *size)
{
    *size = layer_slot(thread->proc->files->layer,
                       file->node.index)->content.size;
    return 0;
}

static int64_t resize_upper(struct file *file, struct thread *thread,
                            uint64_t size)
{
    return tree_resize(thread, file->node, size);
}

static int64_t read_directory(struct file *file, struct thread *thread,
                              struct uio *uio, uint64_t offset)
{
    (void)file;
    (void)thread;
    (void)uio;
    (void)offset;
    return -EISDIR;
}

const struct file_ops lower_ops = {
    .seekable = true,
    .read = read_lower,
    .size = size_lower,
};

const struct file_ops upper_ops = {
    .seekable = true,
    .read = read_upper,
    .write = write_upper,
    .size = size_upper,
    .resize = resize_upper,
};

const struct file_ops directory_ops = {
    .seekable = true,
    .read = read_directory,
};
