/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The layer in the image of a moving process: names, sizes and attributes.
 * Contents follow page by page, as those of any paged object.
 */
#include "fs/layer.h"

#include "fs/layer_internal.h"
#include "fs/ramdisk.h"
#include "include/uapi/linux-abi.h"
#include "lib/errno.h"
#include "lib/string.h"

enum { FLAG_NAMED = 1, FLAG_OPAQUE = 2, FLAGS = 3 };

static bool is_kept(const struct layer_file *file)
{
    return file != NULL && (file->named || file->opens > 0);
}

static void encode_file(const struct layer_file *file, struct codec *c)
{
    put_u32(c, file->slot);
    put_u32(c, file->kind);
    put_u32(c, (file->named ? FLAG_NAMED : 0) |
               (file->opaque ? FLAG_OPAQUE : 0));
    put_u32(c, file->mode);
    put_u32(c, file->lower);
    put_u32(c, 0);                      /* what follows is aligned to 8 */
    put_u64(c, file->ino);
    put_u64(c, (uint64_t)file->atime_ns);
    put_u64(c, (uint64_t)file->mtime_ns);
    put_u64(c, (uint64_t)file->ctime_ns);
    put_u64(c, file->content.size);
    put_u64(c, file->content.lower_bytes);
    if (file->named) {
        put_string(c, file->path);
    }
    if (file->kind == LAYER_LINK) {
        put_string(c, file->target);
    }
}

void layer_encode(const struct layer *layer, struct codec *c)
{
    uint32_t count = 0;

    for (uint32_t i = 0; i < layer->top; i++) {
        count += is_kept(layer->slot[i]);
    }
    put_u64(c, layer->next_ino);
    put_u64(c, count);
    for (uint32_t i = 0; i < layer->top; i++) {
        if (is_kept(layer->slot[i])) {
            encode_file(layer->slot[i], c);
        }
    }
}

static int decode_path(const struct layer *layer, struct layer_file *file,
                       struct codec *c)
{
    uint32_t bytes;

    get_string(c, file->path, sizeof(file->path));
    bytes = (uint32_t)strlen(file->path);
    if (c->error != 0 || bytes == 0 ||
        !pathname_is_plain(file->path, bytes) ||
        layer_find(layer, file->path) != NULL) {
        return -EINVAL;
    }
    layer_set_path(file, file->path);
    return 0;
}

static int check_content(struct layer_file *file)
{
    struct content *content = &file->content;
    const struct cpio_entry *entry = NULL;

    if (content->size > CONTENT_BYTES_MAX ||
        content->lower_bytes > content->size) {
        return -EINVAL;
    }
    if (file->lower != CPIO_NONE) {
        entry = ramdisk_entry(file->lower);
        if (entry == NULL ||
            (entry->mode & LINUX_S_IFMT) != LINUX_S_IFREG) {
            return -EINVAL;
        }
        content->lower = entry->data;
    }
    if (content->lower_bytes > (entry == NULL ? 0 : entry->bytes)) {
        return -EINVAL;
    }
    return 0;
}

static int decode_file(struct layer *layer, struct codec *c)
{
    uint32_t slot = get_u32(c);
    uint32_t kind = get_u32(c);
    uint32_t flags = get_u32(c);
    struct layer_file *file;

    if (c->error != 0 || slot >= LAYER_FILES || kind >= LAYER_KINDS ||
        (flags & ~(uint32_t)FLAGS) != 0 || layer->slot[slot] != NULL) {
        return -EINVAL;
    }
    file = layer_place(layer, slot);
    if (file == NULL) {
        return -ENOMEM;
    }
    file->kind = (enum layer_kind)kind;
    file->opaque = (flags & FLAG_OPAQUE) != 0;
    file->mode = get_u32(c);
    file->lower = get_u32(c);
    (void)get_u32(c);
    file->ino = get_u64(c);
    file->atime_ns = (int64_t)get_u64(c);
    file->mtime_ns = (int64_t)get_u64(c);
    file->ctime_ns = (int64_t)get_u64(c);
    file->content.size = get_u64(c);
    file->content.lower_bytes = get_u64(c);
    if ((flags & FLAG_NAMED) != 0 && decode_path(layer, file, c) != 0) {
        return -EINVAL;
    }
    if (kind == LAYER_LINK) {
        get_string(c, file->target, sizeof(file->target));
    }
    return c->error != 0 ? -EINVAL : check_content(file);
}

struct layer *layer_decode(struct codec *c, int *error)
{
    struct layer *layer = layer_create();
    uint32_t count;

    if (layer == NULL) {
        *error = -ENOMEM;
        return NULL;
    }
    layer->next_ino = get_u64(c);
    count = get_count(c, LAYER_FILES);
    (void)get_u32(c);
    *error = c->error;
    for (uint32_t i = 0; i < count && *error == 0; i++) {
        *error = decode_file(layer, c);
    }
    if (*error != 0) {
        layer_destroy(layer);
        return NULL;
    }
    return layer;
}
