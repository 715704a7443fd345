/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the rest of the kernel needs of /srv, see srv.h.
 */
#include "srv/srv.h"

#include "drivers/migbridge.h"
#include "fs/open_file.h"
#include "fs/pathname.h"
#include "include/uapi/linux-abi.h"
#include "lib/format.h"
#include "lib/string.h"
#include "proc/plan.h"
#include "srv/client.h"
#include "srv/server.h"
#include "srv/wire.h"

#define ROOT_PATH   "srv"

static bool has_server(void)
{
    return plan_file_server() != PLAN_NO_FILE_SERVER;
}

static bool is_server(void)
{
    return plan_file_server() == bridge_node();
}

bool srv_serves(const char *path)
{
    return has_server() && (strcmp(path, ROOT_PATH) == 0 ||
                            pathname_is_below(path, ROOT_PATH));
}

/* What a client says to its server, or the other way round. */
static void receive(const struct mb_msg *msg, void *page, uint32_t length)
{
    bool to_client = (msg->flags & MB_FILE_ANSWER) != 0 ||
                     msg->object >= MB_FILE_RECALL;

    if (to_client && msg->source == plan_file_server()) {
        client_receive(msg, page, length);
    } else if (!to_client && is_server()) {
        server_receive(msg, page, length);
    }
}

bool srv_receive(const struct mb_msg *msg, void *page, uint32_t length,
                 bool may_keep)
{
    return has_server() && wire_receive(msg, page, length, may_keep);
}

void srv_lost(uint32_t node)
{
    if (is_server()) {
        server_lost(node);
    } else if (node == plan_file_server()) {
        client_cut_off();
    }
}

void srv_init(void)
{
    wire_init(receive);
    if (has_server()) {
        client_init();
    }
    if (is_server()) {
        server_init();
    }
}

/* -- open files -- */

void srv_hold(struct node node)
{
    client_make(node.index)->refs++;
}

void srv_release(struct node node, bool closed)
{
    struct client_file *file = client_find(node.index);

    if (closed) {
        client_tell(node.index, MB_FILE_CLOSED, node.number);
    }
    file->refs--;
    if (file->refs == 0 && file->grant != GRANT_WRITE) {
        file->grant = GRANT_NONE;   /* the server sees it so, too */
    }
    client_reap(file);
}

void srv_path(uint32_t id, char *to)
{
    (void)format_string(to, FS_PATH_MAX, ROOT_PATH "/%c%u", STORE_BY_ID, id);
}

/* -- processes that move -- */

/* Open files of a process on /srv, one after the other from `i` on. */
static const struct file *next_open(const struct files *files, uint32_t *i)
{
    for (; *i < FILES_MAX; (*i)++) {
        const struct file *file = &files->open[*i];

        if (files_has(files->open_used, *i) &&
            file->node.kind == NODE_SERVED) {
            (*i)++;
            return file;
        }
    }
    return NULL;
}

/*
 * What the server thinks of this node may change with the open files that come
 * and go, and their nodes' messages take different ways: what has not been
 * asked for since does not count. A grant to write is only ever recalled.
 */
void srv_arrived(const struct proc *proc)
{
    const struct file *open;

    for (uint32_t i = 0; (open = next_open(proc->files, &i)) != NULL;) {
        struct client_file *file = client_find(open->node.index);
        struct wire_message message =
            wire_message(plan_file_server(), MB_FILE_MOVED, file->id);

        if (file->grant != GRANT_WRITE) {
            file->grant = GRANT_NONE;
        }
        message.msg.arg = open->node.number;
        message.msg.aux = proc->epoch;
        wire_send(&message);
    }
}

void srv_left(const struct files *files)
{
    const struct file *open;

    for (uint32_t i = 0; (open = next_open(files, &i)) != NULL;) {
        struct client_file *file = client_find(open->node.index);

        (void)outbox_start(file, MB_FILE_FLUSH_MOVE);
    }
}

void srv_release_moved(struct files *files)
{
    const struct file *open;

    for (uint32_t i = 0; (open = next_open(files, &i)) != NULL;) {
        srv_release(open->node, false);
    }
}

bool srv_is_flushing(const struct files *files)
{
    const struct file *open;
    bool flushing = false;

    for (uint32_t i = 0; (open = next_open(files, &i)) != NULL;) {
        flushing = flushing ||
                   client_find(open->node.index)->outbox != NULL;
    }
    return flushing;
}
