/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Names of /srv: all questions go to the server, nothing is kept of the
 * answers. So a name is always what the server says it is.
 */
#include "fs/file_system.h"

#include "lib/errno.h"
#include "lib/string.h"
#include "mm/page.h"
#include "proc/plan.h"
#include "proc/syscalls.h"
#include "srv/call.h"
#include "srv/client.h"
#include "srv/srv.h"

#define ROOT_PATH   "srv"
#define PERMISSIONS 07777u
#define NS_PER_S    1000000000ll

/* A call on a name, or on an open file if the place is one. */
struct named_call {
    struct mb_msg msg;
    uint32_t length;
    char bytes[2 * FS_PATH_MAX + 64];
};

/* The kernel is never re-entered: one at a time. */
static struct named_call call;

static void put(const void *bytes, size_t count)
{
    memcpy(call.bytes + call.length, bytes, count);
    call.length += (uint32_t)count;
}

/* "srv/a/b" is "a/b" to the server. */
static void put_path(const struct place *place)
{
    const char *path = place->path + sizeof(ROOT_PATH) - 1;

    while (*path == '/') {
        path++;
    }
    put(path, strlen(path));
    if (place->slash && *path != '\0') {
        put("/", 1);
    }
}

static void begin(enum mb_file_message what, const struct place *place)
{
    call.msg = wire_message(plan_file_server(), what, place->node.index).msg;
    call.length = 0;
    if (place->node.index == 0) {
        put_path(place);
    }
}

static int64_t simply(struct thread *thread)
{
    return call_simply(thread, &call.msg, call.bytes, call.length);
}

static int64_t served_open(struct thread *thread, struct place *place,
                           uint64_t flags, uint32_t mode)
{
    struct node node = { .kind = NODE_SERVED };
    struct call_answer *answer;
    enum file_kind kind;
    int64_t result;

    begin(MB_FILE_OPEN, place);
    call.msg.aux = (uint32_t)flags;
    call.msg.arg = mode & PERMISSIONS & ~thread->proc->files->umask;
    result = call_make(thread, &call.msg, call.bytes, call.length, &answer);
    if (result != 0) {
        return result;
    }
    node.index = (uint32_t)answer->msg.index;
    node.number = answer->msg.aux;
    kind = mode_is((uint32_t)(answer->msg.index >> MB_FILE_MODE_SHIFT),
                   LINUX_S_IFDIR) ? FILE_DIRECTORY : FILE_SERVED;
    call_finish(answer);
    flags &= ~(uint64_t)(LINUX_O_CREAT | LINUX_O_EXCL | LINUX_O_NOCTTY |
                         LINUX_O_TRUNC);
    (void)client_make(node.index);
    result = files_install(thread->proc->files, kind, node,
                           (uint32_t)flags | LINUX_O_LARGEFILE);
    if (result < 0) {               /* another thread took the last one */
        srv_hold(node);
        srv_release(node, true);
    }
    return result;
}

/* The size of a file that is being written here is known here. */
static void add_news(struct mb_file_attributes *attributes)
{
    const struct client_file *file = client_find((uint32_t)attributes->id);

    if (file != NULL && file->grant == GRANT_WRITE) {
        attributes->size = file->size;
        if (file->mtime_ns > attributes->mtime_ns) {
            attributes->mtime_ns = file->mtime_ns;
            attributes->ctime_ns = file->mtime_ns;
        }
    }
}

static struct linux_timespec to_timespec(int64_t ns)
{
    struct linux_timespec time = { ns / NS_PER_S, ns % NS_PER_S };

    if (time.nsec < 0) {
        time.sec--;
        time.nsec += NS_PER_S;
    }
    return time;
}

static int64_t served_stat(struct thread *thread, const struct place *place,
                           struct linux_stat *stat)
{
    struct mb_file_attributes attributes;
    struct call_answer *answer;
    int64_t result;

    begin(MB_FILE_STAT, place);
    result = call_make(thread, &call.msg, call.bytes, call.length, &answer);
    if (result != 0) {
        return result;
    }
    memcpy(&attributes, answer->page, sizeof(attributes));
    call_finish(answer);
    add_news(&attributes);
    memset(stat, 0, sizeof(*stat));
    stat->dev = SERVED_DEV;
    stat->ino = attributes.id;
    stat->mode = attributes.mode;
    stat->nlink = attributes.nlink;
    stat->size = mode_is(attributes.mode, LINUX_S_IFDIR) ? 0 :
                 (int64_t)attributes.size;
    stat->blksize = PAGE_SIZE;
    stat->blocks = (stat->size + 511) / 512;
    stat->atime = to_timespec(attributes.atime_ns);
    stat->mtime = to_timespec(attributes.mtime_ns);
    stat->ctime = to_timespec(attributes.ctime_ns);
    return 0;
}

/* Nothing in /srv is a symbolic link; what does not exist is none either. */
static int64_t served_read_link(struct thread *thread,
                                const struct place *place, char *text,
                                size_t bytes)
{
    struct linux_stat stat;
    int64_t result = served_stat(thread, place, &stat);

    (void)text;
    (void)bytes;
    return result != 0 ? result : -EINVAL;
}

static int64_t served_make_directory(struct thread *thread,
                                     const struct place *place, uint32_t mode)
{
    begin(MB_FILE_DIRECTORY, place);
    call.msg.arg = mode;
    return simply(thread);
}

static int64_t served_make_link(struct thread *thread,
                                const struct place *place, const char *target)
{
    (void)thread;
    (void)place;
    (void)target;
    return -EPERM;
}

static int64_t served_remove(struct thread *thread, const struct place *place,
                             bool directory)
{
    begin(MB_FILE_REMOVE, place);
    call.msg.arg = directory;
    return simply(thread);
}

static int64_t served_rename(struct thread *thread, struct place *from,
                             const struct place *to, uint32_t flags)
{
    begin(MB_FILE_RENAME, from);
    call.msg.aux = call.length;
    call.msg.arg = flags;
    put_path(to);
    return simply(thread);
}

static int64_t served_set_mode(struct thread *thread,
                               const struct place *place, uint32_t mode)
{
    begin(MB_FILE_MODE, place);
    call.msg.arg = mode & PERMISSIONS;
    return simply(thread);
}

static int64_t to_ns(const struct linux_timespec *time)
{
    if (time->nsec == UTIME_OMIT) {
        return INT64_MIN;
    }
    return time->nsec == UTIME_NOW ? time_of_day_ns() :
                                     time->sec * NS_PER_S + time->nsec;
}

static int64_t served_set_times(struct thread *thread,
                                const struct place *place,
                                const struct linux_timespec times[2])
{
    const int64_t ns[2] = { to_ns(&times[0]), to_ns(&times[1]) };

    begin(MB_FILE_TIMES, place);
    memmove(call.bytes + sizeof(ns), call.bytes, call.length);
    memcpy(call.bytes, ns, sizeof(ns));
    call.length += sizeof(ns);
    return simply(thread);
}

static int64_t served_set_size(struct thread *thread,
                               const struct place *place, uint64_t size)
{
    begin(MB_FILE_RESIZE, place);
    call.msg.arg = size;
    return simply(thread);
}

static int64_t served_list(struct thread *thread, const struct file *file,
                           uint8_t *to, uint64_t bytes, uint64_t *offset)
{
    struct mb_msg msg = wire_message(plan_file_server(), MB_FILE_LIST,
                                     file->node.index).msg;
    struct call_answer *answer;
    int64_t result;

    msg.arg = *offset;
    msg.aux = bytes < PAGE_SIZE ? (uint32_t)bytes : PAGE_SIZE;
    result = call_make(thread, &msg, NULL, 0, &answer);
    if (result == 0) {
        result = answer->length;
        *offset = answer->msg.arg;
        if (answer->length > 0) {
            memcpy(to, answer->page, answer->length);
        }
        call_finish(answer);
    }
    return result;
}

const struct file_system served_file_system = {
    .open = served_open,
    .stat = served_stat,
    .read_link = served_read_link,
    .make_directory = served_make_directory,
    .make_link = served_make_link,
    .remove = served_remove,
    .rename = served_rename,
    .set_mode = served_set_mode,
    .set_times = served_set_times,
    .set_size = served_set_size,
    .list = served_list,
};
