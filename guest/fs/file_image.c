/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Descriptors, open files and the layer in the image of a moving process.
 */
#include "fs/file.h"

#include "fs/open_file.h"
#include "fs/procfs.h"
#include "fs/ramdisk.h"
#include "hw/abi/segment.h"
#include "lib/errno.h"
#include "lib/string.h"
#include "mm/page.h"
#include "srv/srv.h"

enum { DESCRIPTOR_CLOEXEC = 0x100, DESCRIPTOR_FILE = 0xff };

/* Steps from one member of a set to the next; FILES_MAX behind the last. */
static uint32_t next_member(uint64_t set, uint32_t i)
{
    while (i < FILES_MAX && !(set >> i & 1)) {
        i = set >> i == 0 ? FILES_MAX : i + 1;
    }
    return i;
}

struct open_record {
    uint32_t kind;
    uint32_t flags;
    uint32_t node_kind;
    uint32_t node_index;
    uint32_t node_pid;
    uint32_t reserved;                  /* zero */
    uint64_t offset;
};
_Static_assert(sizeof(struct open_record) == 32, "docs/migration.md");

static void encode_open(const struct file *file, struct codec *c)
{
    struct open_record *record = put_record(c, sizeof(*record));

    record->kind = file->kind;
    record->flags = file->flags;
    record->node_kind = file->node.kind;
    record->node_index = file->node.index;
    record->node_pid = file->node.pid;
    record->reserved = 0;
    record->offset = file->offset;
}

/* What there are sets of comes in rising order. */
void files_encode(const struct files *files, struct codec *c)
{
    uint64_t open = files->open_used;
    uint64_t descriptors = files->descriptors_used;
    uint32_t i;

    layer_encode(files->layer, c);
    put_u64(c, files->umask);
    put_string(c, files->cwd);
    put_u64(c, open);
    for (i = next_member(open, 0); i < FILES_MAX;
         i = next_member(open, i + 1)) {
        encode_open(&files->open[i], c);
    }
    put_u64(c, descriptors);
    for (i = next_member(descriptors, 0); i < FILES_MAX;
         i = next_member(descriptors, i + 1)) {
        const struct descriptor *descriptor = &files->descriptor[i];

        put_u32(c, descriptor->file |
                   (descriptor->cloexec ? DESCRIPTOR_CLOEXEC : 0));
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
    case NODE_SERVED:
        return file->node.index != 0 && srv_serves("srv") &&
               (file->kind == FILE_SERVED || file->kind == FILE_DIRECTORY);
    case NODE_STREAM:
        return file->kind == FILE_STREAM && file->node.index >= 1 &&
               file->node.index <= 2;
    case NODE_PORT:
        return file->kind == FILE_SOCKET && file->node.pid < MB_NODES_MAX;
    case NODE_PROC:
        return procfs_mode(file->node) != 0 &&
               file->kind == (mode_is(procfs_mode(file->node),
                                      LINUX_S_IFDIR) ?
                                  FILE_DIRECTORY : FILE_PROC);
    default:
        return false;
    }
}

static int decode_open(struct files *files, uint32_t i, struct codec *c)
{
    const struct open_record *record = get_record(c, sizeof(*record));
    struct file *file = &files->open[i];

    file->kind = (enum file_kind)record->kind;
    file->flags = record->flags;
    file->node.kind = (enum node_kind)record->node_kind;
    file->node.index = record->node_index;
    file->node.pid = record->node_pid;
    file->offset = record->offset;
    if (c->error != 0 || !is_sound(files, file)) {
        return -EINVAL;
    }
    files->open_used |= 1ull << i;
    if (file->node.kind == NODE_UPPER) {
        layer_open(files->layer, file->node.index);
    } else if (file->node.kind == NODE_SERVED) {
        srv_hold(file->node);
    }
    return 0;
}

static int decode_descriptor(struct files *files, uint32_t fd,
                             struct codec *c)
{
    uint32_t word = get_u32(c);
    uint32_t i = word & DESCRIPTOR_FILE;

    if (c->error != 0 || i >= FILES_MAX ||
        !files_has(files->open_used, i)) {
        return -EINVAL;
    }
    files->descriptors_used |= 1ull << fd;
    files->descriptor[fd].file = (uint8_t)i;
    files->descriptor[fd].cloexec = (word & DESCRIPTOR_CLOEXEC) != 0;
    files->open[i].refs++;
    return 0;
}

static int decode_rest(struct files *files, struct codec *c)
{
    uint64_t set;
    int error = 0;

    files->umask = get_u64(c) & 0777;
    get_string(c, files->cwd, sizeof(files->cwd));
    if (!pathname_is_plain(files->cwd, (uint32_t)strlen(files->cwd))) {
        return -EINVAL;
    }
    set = get_u64(c);
    for (uint32_t i = next_member(set, 0); i < FILES_MAX && error == 0;
         i = next_member(set, i + 1)) {
        error = decode_open(files, i, c);
    }
    set = get_u64(c);
    for (uint32_t i = next_member(set, 0); i < FILES_MAX && error == 0;
         i = next_member(set, i + 1)) {
        error = decode_descriptor(files, i, c);
    }
    set = files->open_used;
    for (uint32_t i = next_member(set, 0); i < FILES_MAX && error == 0;
         i = next_member(set, i + 1)) {
        error = files->open[i].refs == 0 ? -EINVAL : 0;
    }
    return error != 0 ? error : c->error;
}

struct files *files_decode(struct codec *c, int *error)
{
    struct files *files = page_alloc_ready();

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
