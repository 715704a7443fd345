/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Changes of names in the layer: create, copy up, remove, rename. Each takes
 * the slots it needs first and then cannot fail.
 */
#include "fs/layer.h"

#include "fs/layer_internal.h"
#include "fs/ramdisk.h"
#include "include/uapi/linux-abi.h"
#include "lib/errno.h"
#include "lib/string.h"

#define NS_PER_S    1000000000ll

static enum layer_kind kind_of(uint32_t mode)
{
    switch (mode & LINUX_S_IFMT) {
    case LINUX_S_IFDIR:
        return LAYER_DIRECTORY;
    case LINUX_S_IFLNK:
        return LAYER_LINK;
    default:
        return LAYER_FILE;
    }
}

int layer_create_file(struct layer *layer, const char *path, uint32_t mode,
                      int64_t now_ns, uint32_t *slot)
{
    struct layer_file *file;

    if (strlen(path) >= FS_PATH_MAX) {
        return -ENAMETOOLONG;
    }
    file = layer_find(layer, path);         /* a white-out, or nothing */
    if (file == NULL) {
        file = layer_take_slot(layer);
        if (file == NULL) {
            return -ENOSPC;
        }
        layer_set_path(file, path);
    }
    file->kind = kind_of(mode);
    file->opaque = file->kind == LAYER_DIRECTORY;
    file->mode = mode;
    file->ino = layer->next_ino++;
    file->atime_ns = now_ns;
    file->mtime_ns = now_ns;
    file->ctime_ns = now_ns;
    *slot = file->slot;
    return 0;
}

int layer_copy_up(struct layer *layer, uint32_t lower, uint32_t *slot)
{
    const struct cpio_entry *entry = ramdisk_entry(lower);
    struct layer_file *file;

    if ((entry->mode & LINUX_S_IFMT) == LINUX_S_IFCHR) {
        return -EPERM;
    }
    if ((entry->mode & LINUX_S_IFMT) == LINUX_S_IFLNK &&
        entry->bytes >= FS_PATH_MAX) {
        return -ENAMETOOLONG;
    }
    file = layer_take_slot(layer);
    if (file == NULL) {
        return -ENOSPC;
    }
    memcpy(file->path, entry->path, entry->path_bytes);
    file->path[entry->path_bytes] = '\0';
    layer_set_path(file, file->path);
    file->kind = kind_of(entry->mode);
    file->mode = entry->mode;
    file->ino = layer_lower_ino(lower);
    file->atime_ns = entry->mtime * NS_PER_S;
    file->mtime_ns = file->atime_ns;
    file->ctime_ns = file->atime_ns;
    if (file->kind == LAYER_LINK) {
        memcpy(file->target, entry->data, entry->bytes);
    } else if (file->kind == LAYER_FILE) {
        file->lower = lower;
        file->content.lower = entry->data;
        file->content.lower_bytes = entry->bytes;
        file->content.size = entry->bytes;
    }
    *slot = file->slot;
    return 0;
}

/* A white-out at path, or NULL with *needed telling whether it takes one. */
static struct layer_file *take_whiteout(struct layer *layer, const char *path,
                                        bool *needed)
{
    struct layer_file *file = NULL;

    *needed = layer_visible_lower(layer, path) != CPIO_NONE;
    if (*needed) {
        file = layer_take_slot(layer);
        if (file != NULL) {
            file->kind = LAYER_WHITEOUT;
        }
    }
    return file;
}

static void drop_name(struct layer *layer, struct layer_file *file)
{
    file->named = false;
    layer_dispose(layer, file);
}

/* White-outs in a directory that is gone itself mean nothing any more. */
static void drop_whiteouts_below(struct layer *layer, const char *directory)
{
    for (uint32_t i = layer->top; i > 0; i--) {
        struct layer_file *file = layer->slot[i - 1];

        if (file != NULL && file->named && file->kind == LAYER_WHITEOUT &&
            pathname_is_below(file->path, directory)) {
            drop_name(layer, file);
        }
    }
}

int layer_remove(struct layer *layer, const char *path)
{
    struct layer_file *file = layer_find(layer, path);
    bool needed;
    struct layer_file *whiteout = take_whiteout(layer, path, &needed);

    if (needed && whiteout == NULL) {
        return -ENOSPC;
    }
    drop_whiteouts_below(layer, path);
    if (whiteout != NULL) {
        layer_set_path(whiteout, path);
    }
    if (file != NULL) {
        drop_name(layer, file);
    }
    return 0;
}

/* Whether everything below a renamed directory keeps a path that fits. */
static bool paths_fit(const struct layer *layer, const char *from,
                      const char *to)
{
    size_t from_bytes = strlen(from);
    size_t to_bytes = strlen(to);

    for (uint32_t i = 0; i < layer->top; i++) {
        const struct layer_file *file = layer->slot[i];

        if (file != NULL && file->named && pathname_is_below(file->path, from) &&
            strlen(file->path) - from_bytes + to_bytes >= FS_PATH_MAX) {
            return false;
        }
    }
    return to_bytes < FS_PATH_MAX;
}

static void move_below(struct layer *layer, const char *from, const char *to)
{
    static char path[FS_PATH_MAX];
    size_t from_bytes = strlen(from);
    size_t to_bytes = strlen(to);

    for (uint32_t i = 0; i < layer->top; i++) {
        struct layer_file *file = layer->slot[i];

        if (file != NULL && file->named && pathname_is_below(file->path, from)) {
            const char *rest = file->path + from_bytes;

            memcpy(path, to, to_bytes);
            memcpy(path + to_bytes, rest, strlen(rest) + 1);
            layer_set_path(file, path);
        }
    }
}

/* The layer's own file at `from`, copied up if it is the RAM disk's. */
static int own_file(struct layer *layer, const char *from,
                    struct layer_file **file)
{
    uint32_t lower = layer_visible_lower(layer, from);
    uint32_t slot;
    int error;

    *file = layer_find(layer, from);
    if (*file != NULL) {
        return (*file)->kind == LAYER_DIRECTORY && !(*file)->opaque &&
               lower != CPIO_NONE ? -EXDEV : 0;
    }
    if ((ramdisk_entry(lower)->mode & LINUX_S_IFMT) == LINUX_S_IFDIR) {
        return -EXDEV;
    }
    error = layer_copy_up(layer, lower, &slot);
    if (error == 0) {
        *file = layer->slot[slot];
    }
    return error;
}

int layer_rename(struct layer *layer, const char *from, const char *to)
{
    struct layer_file *file, *replaced, *whiteout;
    bool needed;
    int error;

    if (!paths_fit(layer, from, to)) {
        return -ENAMETOOLONG;
    }
    error = own_file(layer, from, &file);
    if (error != 0) {
        return error;
    }
    whiteout = take_whiteout(layer, from, &needed);
    if (needed && whiteout == NULL) {
        return -ENOSPC;
    }
    replaced = layer_find(layer, to);
    drop_whiteouts_below(layer, to);
    if (replaced != NULL) {
        drop_name(layer, replaced);
    }
    if (file->kind == LAYER_DIRECTORY) {
        move_below(layer, from, to);
        file->opaque = true;        /* whatever the RAM disk has at `to` */
    }
    if (whiteout != NULL) {
        layer_set_path(whiteout, from);
    }
    layer_set_path(file, to);
    return 0;
}
