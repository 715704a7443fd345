/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Descriptors and open files, see open_file.h and file.h.
 */
#include "fs/file.h"

#include "fs/open_file.h"
#include "fs/ramdisk.h"
#include "fs/socket.h"
#include "lib/errno.h"
#include "lib/string.h"
#include "mm/page.h"
#include "srv/srv.h"

_Static_assert(sizeof(struct files) <= PAGE_SIZE, "one page");
_Static_assert(FILES_MAX <= UINT8_MAX, "descriptor.file");
_Static_assert(FILES_MAX == 64, "sets of files are 64-bit words");

const struct file_ops *file_ops_of(const struct file *file)
{
    static const struct file_ops *const table[FILE_KINDS] = {
        [FILE_STREAM] = &stream_ops,
        [FILE_DEVICE] = &device_ops,
        [FILE_LOWER] = &lower_ops,
        [FILE_UPPER] = &upper_ops,
        [FILE_DIRECTORY] = &directory_ops,
        [FILE_PROC] = &procfs_ops,
        [FILE_SOCKET] = &socket_ops,
        [FILE_SERVED] = &served_ops,
    };

    return table[file->kind];
}

enum file_kind file_kind_of(struct proc *proc, struct node node)
{
    uint32_t mode;

    if (node.kind == NODE_NONE) {
        return FILE_FREE;
    }
    if (node.kind == NODE_STREAM) {
        return FILE_STREAM;
    }
    mode = node_mode(proc, node);
    if (mode_is(mode, LINUX_S_IFDIR)) {
        return FILE_DIRECTORY;
    }
    if (mode_is(mode, LINUX_S_IFCHR)) {
        return FILE_DEVICE;
    }
    /* regular files, and links with O_PATH */
    switch (node.kind) {
    case NODE_LOWER:
        return FILE_LOWER;
    case NODE_UPPER:
        return FILE_UPPER;
    default:
        return FILE_PROC;
    }
}

int64_t file_size(struct thread *thread, struct file *file, uint64_t *size)
{
    const struct file_ops *ops = file_ops_of(file);

    *size = 0;
    return ops->size != NULL ? ops->size(file, thread, size) : 0;
}

struct file *files_get(struct files *files, uint64_t fd)
{
    /* a descriptor is an int: the upper half of the register is not looked at */
    uint32_t n = (uint32_t)fd;

    if (n >= FILES_MAX || !files_has(files->descriptors_used, n)) {
        return NULL;
    }
    return &files->open[files->descriptor[n].file];
}

int files_free_descriptor(const struct files *files, uint64_t least)
{
    for (uint64_t fd = least; fd < FILES_MAX; fd++) {
        if (!files_has(files->descriptors_used, (uint32_t)fd)) {
            return (int)fd;
        }
    }
    return -EMFILE;
}

static void hold_node(struct files *files, const struct file *file)
{
    if (file->node.kind == NODE_UPPER) {
        layer_open(files->layer, file->node.index);
    } else if (file->node.kind == NODE_SERVED) {
        srv_hold(file->node);
    }
}

static void release_node(struct files *files, const struct file *file)
{
    if (file->node.kind == NODE_UPPER) {
        layer_close(files->layer, file->node.index);
    } else if (file->node.kind == NODE_PORT) {
        socket_close(file->node);
    } else if (file->node.kind == NODE_SERVED) {
        srv_release(file->node, true);
    }
}

int files_install(struct files *files, enum file_kind kind, struct node node,
                  uint32_t flags)
{
    int fd = files_free_descriptor(files, 0);
    uint8_t n = 0;

    if (fd < 0) {
        return fd;
    }
    /* there are as many open files as descriptors: one is free */
    while (files_has(files->open_used, n)) {
        n++;
    }
    files->open[n] = (struct file) {
        .kind = kind,
        .refs = 1,
        .flags = flags & ~LINUX_O_CLOEXEC,
        .node = node,
    };
    files->open_used |= 1ull << n;
    hold_node(files, &files->open[n]);
    files->descriptors_used |= 1ull << fd;
    files->descriptor[fd] = (struct descriptor) {
        .file = n,
        .cloexec = (flags & LINUX_O_CLOEXEC) != 0,
    };
    return fd;
}

void files_copy(struct files *files, uint64_t from, uint64_t to, bool cloexec)
{
    uint8_t n = files->descriptor[from].file;

    files->open[n].refs++;
    files->descriptors_used |= 1ull << to;
    files->descriptor[to] = (struct descriptor) {
        .file = n,
        .cloexec = cloexec,
    };
}

int files_close(struct files *files, uint64_t fd)
{
    struct file *file = files_get(files, fd);

    if (file == NULL) {
        return -EBADF;
    }
    files->descriptors_used &= ~(1ull << (uint32_t)fd);
    if (--file->refs == 0) {
        release_node(files, file);
        files->open_used &= ~(1ull << (file - files->open));
    }
    return 0;
}

void files_end(struct files *files)
{
    for (uint32_t fd = 0; files != NULL && fd < FILES_MAX; fd++) {
        (void)files_close(files, fd);
    }
}

void files_close_on_exec(struct files *files)
{
    for (uint32_t fd = 0; fd < FILES_MAX; fd++) {
        if (files_has(files->descriptors_used, fd) &&
            files->descriptor[fd].cloexec) {
            (void)files_close(files, fd);
        }
    }
}

void files_redirect(struct files *files, uint32_t lower, uint32_t slot)
{
    for (uint32_t i = 0; i < FILES_MAX; i++) {
        struct file *file = &files->open[i];

        if (files_has(files->open_used, i) &&
            file->node.kind == NODE_LOWER && file->node.index == lower) {
            file->node.kind = NODE_UPPER;
            file->node.index = slot;
            if (file->kind == FILE_LOWER) {
                file->kind = FILE_UPPER;
            }
            hold_node(files, file);
        }
    }
}

/* -- as a whole -- */

struct files *files_create(const char *input)
{
    struct node in = { .kind = NODE_LOWER };
    struct node stream = { .kind = NODE_STREAM };
    const struct cpio_entry *entry;
    struct files *files;

    in.index = ramdisk_find(input[0] == '\0' ? "dev/null" : input);
    entry = ramdisk_entry(in.index);
    if (entry == NULL || mode_is(entry->mode, LINUX_S_IFDIR)) {
        return NULL;
    }
    files = page_alloc();
    if (files == NULL) {
        return NULL;
    }
    files->layer = layer_create();
    if (files->layer == NULL) {
        files_destroy(files);
        return NULL;
    }
    files->umask = 022;
    (void)files_install(files, input[0] == '\0' ? FILE_DEVICE : FILE_LOWER,
                        in, LINUX_O_RDONLY);
    for (stream.index = 1; stream.index <= 2; stream.index++) {
        (void)files_install(files, FILE_STREAM, stream, LINUX_O_WRONLY);
    }
    return files;
}

void files_destroy(struct files *files)
{
    if (files != NULL) {
        srv_release_moved(files);
        layer_destroy(files->layer);
        page_put(files);
    }
}

struct pages *files_object(struct files *files, uint32_t n)
{
    struct layer_file *file = layer_slot(files->layer, n);

    return file != NULL ? &file->content.pages : NULL;
}

uint32_t files_object_end(const struct files *files)
{
    return files->layer->top;
}
