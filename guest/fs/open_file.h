/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Open files and descriptors of a process.
 *
 * A descriptor names an open file; several can name the same one, which has
 * the offset and the flags. What can be done with an open file depends on its
 * kind alone: one const table of operations per kind.
 */
#ifndef FS_OPEN_FILE_H
#define FS_OPEN_FILE_H

#include <stdbool.h>
#include <stdint.h>

#include "fs/file.h"
#include "fs/layer.h"
#include "fs/node.h"
#include "fs/pathname.h"
#include "fs/uio.h"
#include "proc/proc.h"

enum file_kind {
    FILE_FREE,
    FILE_STREAM,                /* output of the process, to the host */
    FILE_DEVICE,
    FILE_LOWER,                 /* of the RAM disk */
    FILE_UPPER,                 /* of the process's layer */
    FILE_DIRECTORY,
    FILE_PROC,
    FILE_SOCKET,
    FILE_SERVED,                /* of /srv */
    FILE_KINDS
};

struct file {
    enum file_kind kind;
    uint32_t refs;              /* descriptors that name it */
    uint32_t flags;             /* LINUX_O_* */
    struct node node;
    uint64_t offset;
};

/*
 * read and write move up to uio->bytes at `offset` and return how many, -errno,
 * or SYSCALL_RESTART having done nothing. NULL: -EINVAL, for directories
 * -EISDIR.
 */
struct file_ops {
    bool seekable;
    int64_t (*read)(struct file *file, struct thread *thread, struct uio *uio,
                    uint64_t offset);
    int64_t (*write)(struct file *file, struct thread *thread, struct uio *uio,
                     uint64_t offset);
    /* These answer 0, -errno or SYSCALL_RESTART. NULL: the size is 0. */
    int64_t (*size)(struct file *file, struct thread *thread, uint64_t *size);
    /* Of a file that is open for writing. NULL: it has no size to set. */
    int64_t (*resize)(struct file *file, struct thread *thread, uint64_t size);
    /* What has been written is as safe as it gets. NULL: always. */
    int64_t (*sync)(struct file *file, struct thread *thread);
};

struct descriptor {
    uint8_t file;               /* index in files.open */
    bool cloexec;
};

struct files {
    struct layer *layer;
    uint32_t umask;
    uint64_t descriptors_used;  /* sets of indices: what is not in them is */
    uint64_t open_used;         /* free, whatever it holds */
    struct descriptor descriptor[FILES_MAX];
    struct file open[FILES_MAX];
    char cwd[FS_PATH_MAX];
};

static inline bool files_has(uint64_t set, uint32_t i)
{
    return set >> i & 1;
}

extern const struct file_ops stream_ops;
extern const struct file_ops device_ops;
extern const struct file_ops lower_ops;
extern const struct file_ops upper_ops;
extern const struct file_ops directory_ops;
extern const struct file_ops procfs_ops;
extern const struct file_ops socket_ops;
extern const struct file_ops served_ops;

const struct file_ops *file_ops_of(const struct file *file);
/* The kind that an open file on a node has. */
enum file_kind file_kind_of(struct proc *proc, struct node node);
/* Its size now: the end for O_APPEND and SEEK_END. Answers as ops->size. */
int64_t file_size(struct thread *thread, struct file *file, uint64_t *size);

/* NULL: no such descriptor. */
struct file *files_get(struct files *files, uint64_t fd);
/* The lowest free descriptor from `least` on, or -EMFILE. */
int files_free_descriptor(const struct files *files, uint64_t least);
/* An open file on a node, named by a new descriptor: that, or -EMFILE. */
int files_install(struct files *files, enum file_kind kind, struct node node,
                  uint32_t flags);
/* Makes `to`, which must be free, name what `from` names. */
void files_copy(struct files *files, uint64_t from, uint64_t to, bool cloexec);
int files_close(struct files *files, uint64_t fd);
/* The process ends: what others know of its open files ends with it. */
void files_end(struct files *files);
/* At execve. */
void files_close_on_exec(struct files *files);
/* Open files on an entry of the RAM disk now use the layer's copy of it. */
void files_redirect(struct files *files, uint32_t lower, uint32_t slot);

#endif
