/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * File systems: what a system call on a name does, by where the name leads.
 *
 * There is the tree of a process (RAM disk, private layer and /proc, fs/tree.c)
 * and /srv, which all processes of the cluster share (srv/file_system.c).
 * What can be done with a file once it is open is in struct file_ops
 * (fs/open_file.h).
 */
#ifndef FS_FILE_SYSTEM_H
#define FS_FILE_SYSTEM_H

#include <stdbool.h>
#include <stdint.h>

#include "fs/open_file.h"
#include "fs/path.h"
#include "include/uapi/linux-abi.h"

#define UTIME_NOW       0x3fffffff
#define UTIME_OMIT      0x3ffffffe

/*
 * All answer as system calls do: a result, -errno, or SYSCALL_RESTART. A place
 * is where a path leads, or stands for an open file: then its path may be "".
 */
struct file_system {
    /* `flags` as openat has them, the umask is not applied to `mode` yet;
     * returns a descriptor. */
    int64_t (*open)(struct thread *thread, struct place *place,
                    uint64_t flags, uint32_t mode);
    int64_t (*stat)(struct thread *thread, const struct place *place,
                    struct linux_stat *stat);
    /* The text of a symbolic link, at most `bytes`: its length. */
    int64_t (*read_link)(struct thread *thread, const struct place *place,
                         char *text, size_t bytes);
    /* -- of a new name; `mode` has the umask applied -- */
    int64_t (*make_directory)(struct thread *thread,
                              const struct place *place, uint32_t mode);
    int64_t (*make_link)(struct thread *thread, const struct place *place,
                         const char *target);
    int64_t (*remove)(struct thread *thread, const struct place *place,
                      bool directory);
    /* Both places are of this file system. */
    int64_t (*rename)(struct thread *thread, struct place *from,
                      const struct place *to, uint32_t flags);
    int64_t (*set_mode)(struct thread *thread, const struct place *place,
                        uint32_t mode);
    /* Access and modification; nsec may be UTIME_NOW or UTIME_OMIT. */
    int64_t (*set_times)(struct thread *thread, const struct place *place,
                         const struct linux_timespec times[2]);
    int64_t (*set_size)(struct thread *thread, const struct place *place,
                        uint64_t size);
    /* Fills `to` with entries of an open directory (struct linux_dirent64)
     * from *offset on, which is where the next call goes on: bytes used. */
    int64_t (*list)(struct thread *thread, const struct file *file,
                    uint8_t *to, uint64_t bytes, uint64_t *offset);
};

extern const struct file_system tree_file_system;
extern const struct file_system served_file_system;

#define SERVED_DEV  0x20u       /* st_dev of /srv */

const struct file_system *file_system_of(struct node node);

/* The place of an open file. */
static inline void place_of_file(const struct file *file, struct place *place)
{
    place->node = file->node;
    place->slash = false;
    place->path[0] = '\0';
}

#endif
