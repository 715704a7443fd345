/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Descriptors, open files and the layer in the image of a moving process.
 */
#include "fs/file.h"

#include "fs/open_file.h"
#include "fs/procfs.h"
#include "fs/ramdisk.h"
#include "lib/errno.h"
#include "lib/string.h"
#include "mm/page.h"

enum { DESCRIPTOR_CLOEXEC = 0x100, DESCRIPTOR_FILE = 0xff };

static uint32_t count_open(const struct files *files)
{
    uint32_t count = 0;

    for (uint32_t i = 0; i < FILES_MAX; i++) {
        count += files->open[i].kind != FILE_FREE;
    }
    return count;
}

static uint32_t count_descriptors(const struct files *files)
{
    uint32_t count = 0;

    for (uint32_t fd = 0; fd < FILES_MAX; fd++) {
        count += files->descriptor[fd].used;
    }
    return count;
}

void files_encode(const struct files *files, struct codec *c)
{
    layer_encode(files->layer, c);
    put_u32(c, files->umask);
    put_string(c, files->cwd);
    put_u32(c, count_open(files));
    for (uint32_t i = 0; i < FILES_MAX; i++) {
        const struct file *file = &files->open[i];

        if (file->kind != FILE_FREE) {
            put_u32(c, i);
            put_u32(c, file->kind);
            put_u32(c, file->flags);
            put_u32(c, file->node.kind);
            put_u32(c, file->node.index);
            put_u32(c, file->node.pid);
            put_u64(c, file->offset);
        }
    }
    put_u32(c, count_descriptors(files));
    for (uint32_t fd = 0; fd < FILES_MAX; fd++) {
        const struct descriptor *descriptor = &files->descriptor[fd];

        if (descriptor->used) {
            put_u32(c, fd);
            put_u32(c, descriptor->file |
                       (descriptor->cloexec ? DESCRIPTOR_CLOEXEC : 0));
        }
    }
}

/* Whether a node that came in a message is one that an open file can have. */
static bool is_sound(const struct files *files, const struct file *file)
{
    const struct layer_file *upper;
    const struct cpio_entry *lower;

    switch (file->node.kind) {
    case NODE_LOWER:
        lower = ramdisk_entry(file->node.index);
        return lower != NULL &&
               (mode_is(lower->mode, LINUX_S_IFDIR) ?
                    file->kind == FILE_DIRECTORY :
                mode_is(lower->mode, LINUX_S_IFCHR) ?
                    file->kind == FILE_DEVICE : file->kind == FILE_LOWER);
    case NODE_UPPER:
        upper = layer_slot(files->layer, file->node.index);
        return upper != NULL &&
               file->kind == (upper->kind == LAYER_DIRECTORY ?
                                  FILE_DIRECTORY : FILE_UPPER);
    case NODE_STREAM:
        return file->kind == FILE_STREAM && file->node.index >= 1 &&
               file->node.index <= 2;
    case NODE_PROC:
        return procfs_mode(file->node) != 0 &&
               file->kind == (mode_is(procfs_mode(file->node),
                                      LINUX_S_IFDIR) ?
                                  FILE_DIRECTORY : FILE_PROC);
    default:
        return false;
    }
}

static int decode_open(struct files *files, struct codec *c)
{
    uint32_t i = get_u32(c);
    struct file *file;

    if (c->error != 0 || i >= FILES_MAX ||
        files->open[i].kind != FILE_FREE) {
        return -EINVAL;
    }
    file = &files->open[i];
    file->kind = (enum file_kind)get_u32(c);
    file->flags = get_u32(c);
    file->node.kind = (enum node_kind)get_u32(c);
    file->node.index = get_u32(c);
    file->node.pid = get_u32(c);
    file->offset = get_u64(c);
    if (c->error != 0 || !is_sound(files, file)) {
        file->kind = FILE_FREE;
        return -EINVAL;
    }
    if (file->node.kind == NODE_UPPER) {
        layer_open(files->layer, file->node.index);
    }
    return 0;
}

static int decode_descriptor(struct files *files, struct codec *c)
{
    uint32_t fd = get_u32(c);
    uint32_t word = get_u32(c);
    uint32_t i = word & DESCRIPTOR_FILE;

    if (c->error != 0 || fd >= FILES_MAX || files->descriptor[fd].used ||
        i >= FILES_MAX || files->open[i].kind == FILE_FREE) {
        return -EINVAL;
    }
    files->descriptor[fd].used = true;
    files->descriptor[fd].file = (uint8_t)i;
    files->descriptor[fd].cloexec = (word & DESCRIPTOR_CLOEXEC) != 0;
    files->open[i].refs++;
    return 0;
}

static int decode_rest(struct files *files, struct codec *c)
{
    uint32_t count;
    int error = 0;

    files->umask = get_u32(c) & 0777;
    get_string(c, files->cwd, sizeof(files->cwd));
    if (!pathname_is_plain(files->cwd, (uint32_t)strlen(files->cwd))) {
        return -EINVAL;
    }
    count = get_count(c, FILES_MAX);
    for (uint32_t i = 0; i < count && error == 0; i++) {
        error = decode_open(files, c);
    }
    count = error == 0 ? get_count(c, FILES_MAX) : 0;
    for (uint32_t i = 0; i < count && error == 0; i++) {
        error = decode_descriptor(files, c);
    }
    for (uint32_t i = 0; i < FILES_MAX && error == 0; i++) {
        if (files->open[i].kind != FILE_FREE && files->open[i].refs == 0) {
            error = -EINVAL;
        }
    }
    return error != 0 ? error : c->error;
}

struct files *files_decode(struct codec *c, int *error)
{
    struct files *files = page_alloc();

    if (files == NULL) {
        *error = -ENOMEM;
        return NULL;
    }
    files->layer = layer_decode(c, error);
    if (files->layer != NULL) {
        *error = decode_rest(files, c);
        if (*error == 0) {
            return files;
        }
    }
    files_destroy(files);
    return NULL;
}
