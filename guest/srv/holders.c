/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Who may do what with a file: consistency (docs/files.md, "Consistency").
 *
 * Invariant: while a node has GRANT_WRITE, no other has a grant to cache; while
 * the file is open for writing on one node and open on another, none has.
 *
 * All questions here answer false after they have asked other nodes for what is
 * missing, and are put again when an answer has come: nothing has happened yet.
 */
#include "srv/store.h"

#include "drivers/migbridge.h"
#include "ipc/peer.h"
#include "lib/printk.h"
#include "proc/timer.h"
#include "srv/pool.h"
#include "srv/server.h"
#include "srv/wire.h"

static struct pool pool = POOL_OF(struct holder);
static char settled_mark;
#define SETTLED     ((void *)&settled_mark)

/* What stands for a block that was asked for at a time; no address is odd. */
static void *asked_at(uint64_t ns)
{
    return (void *)(ns << 1 | 1);
}

struct holder *holder_find(const struct store_file *file, uint32_t node)
{
    struct holder *holder = file->holders;

    while (holder != NULL && holder->node != node) {
        holder = holder->next;
    }
    return holder;
}

struct holder *holder_make(struct store_file *file, uint32_t node)
{
    struct holder *holder = holder_find(file, node);

    if (holder == NULL) {
        holder = pool_get(&pool);
        if (holder == NULL) {
            panic("files: no memory for a file of node %u", node);
        }
        holder->node = node;
        holder->next = file->holders;
        file->holders = holder;
    }
    return holder;
}

/* From a node of which something is expected, or not any more. The server's
 * own node cannot be lost. */
static void expect(const struct holder *holder, bool something)
{
    if (holder->node == bridge_node()) {
        return;
    }
    if (something) {
        peer_expect(holder->node);
    } else {
        peer_settle(holder->node);
    }
}

void holder_set_dirty(struct holder *holder, bool dirty)
{
    if (holder->dirty != dirty) {
        holder->dirty = dirty;
        expect(holder, dirty);
    }
}

static void set_recalled(struct holder *holder, bool recalled)
{
    if (holder->recalled != recalled) {
        holder->recalled = recalled;
        expect(holder, recalled);
    }
}

static void set_flushing(struct holder *holder, bool flushing)
{
    if (holder->flushing != flushing) {
        holder->flushing = flushing;
        expect(holder, flushing);
    }
    if (!flushing) {
        page_tree_finish(&holder->settled);
    }
}

void holder_free(struct store_file *file, struct holder *holder)
{
    struct holder **link = &file->holders;

    while (*link != holder) {
        link = &(*link)->next;
    }
    *link = holder->next;
    holder_set_dirty(holder, false);
    set_recalled(holder, false);
    set_flushing(holder, false);
    pool_put(&pool, holder);
}

void holders_free(struct store_file *file)
{
    while (file->holders != NULL) {
        holder_free(file, file->holders);
    }
}

void holder_count(struct store_file *file, uint32_t node, int32_t opens,
                  int32_t writes)
{
    struct holder *holder = holder_make(file, node);

    holder->opens += opens;
    holder->writes += writes;
    if (holder->opens <= 0 && holder->grant != GRANT_WRITE &&
        !holder->recalled) {
        holder->grant = GRANT_NONE;
    }
}

bool store_is_open(const struct store_file *file)
{
    int32_t opens = 0;

    for (const struct holder *h = file->holders; h != NULL; h = h->next) {
        opens += h->opens;
    }
    return opens > 0;
}

/* -- taking back -- */

static void recall(struct store_file *file, struct holder *holder,
                   bool discard)
{
    struct wire_message message =
        wire_message(holder->node, MB_FILE_RECALL, file->id);

    if (holder->recalled) {
        return;
    }
    message.msg.flags = discard ? MB_FILE_DISCARD : 0;
    set_recalled(holder, true);
    wire_send(&message);
}

static bool may_cache(const struct holder *holder)
{
    return holder->grant == GRANT_READ || holder->grant == GRANT_WRITE;
}

bool holders_recall(struct store_file *file, bool discard)
{
    bool all = true;

    for (struct holder *h = file->holders; h != NULL; h = h->next) {
        if (may_cache(h)) {
            recall(file, h, discard);
        }
        all = all && !h->recalled && !h->flushing;
    }
    return all;
}

bool holders_quiet(struct store_file *file, bool readers, uint32_t except)
{
    bool quiet = true;

    for (struct holder *h = file->holders; h != NULL; h = h->next) {
        if (h->node == except) {
            continue;
        }
        if (h->grant == GRANT_WRITE || (readers && h->grant == GRANT_READ)) {
            recall(file, h, false);
        }
        quiet = quiet && !h->recalled;
    }
    return quiet;
}

void holder_recalled(struct store_file *file, struct holder *holder,
                     const struct mb_msg *msg)
{
    if (!holder->recalled) {
        return;
    }
    if (holder->grant == GRANT_WRITE &&
        (msg->flags & MB_FILE_HAS_SIZE) != 0) {
        file->size = msg->arg;
        file->mtime_ns = (int64_t)msg->tag;
    }
    holder->grant = GRANT_NONE;
    if ((msg->flags & MB_FILE_FLUSHES) != 0) {
        set_flushing(holder, true);
    } else {
        holder_set_dirty(holder, false);
    }
    set_recalled(holder, false);
}

void holder_flushed(struct holder *holder)
{
    set_flushing(holder, false);
    holder_set_dirty(holder, false);
}

/* -- granting -- */

bool store_is_settled(const struct store_file *file)
{
    const struct holder *holder = file->holders;

    while (holder != NULL && !holder->flushing) {
        holder = holder->next;
    }
    return holder == NULL;
}

/* Whether the file is open for writing here and open there. */
static bool is_shared(const struct store_file *file,
                      const struct holder *holder)
{
    bool opens = false, writes = holder->writes > 0;

    for (const struct holder *h = file->holders; h != NULL; h = h->next) {
        if (h != holder) {
            opens = opens || h->opens > 0;
            writes = writes || h->writes > 0;
        }
    }
    return opens && writes;
}

/* Takes back what cannot stay beside the grant. */
static bool make_way(struct store_file *file, const struct holder *holder,
                     bool shared)
{
    bool free = true;

    for (struct holder *h = file->holders; h != NULL; h = h->next) {
        if ((shared && may_cache(h)) ||
            (h != holder && h->grant == GRANT_WRITE)) {
            recall(file, h, false);
        }
        free = free && !h->recalled;
    }
    return free;
}

bool holder_grant(struct store_file *file, uint32_t node,
                  struct mb_msg *answer)
{
    struct holder *holder = holder_make(file, node);
    bool shared = is_shared(file, holder);

    if (!make_way(file, holder, shared)) {
        return false;
    }
    answer->arg = file->size;
    answer->flags |= store_is_settled(file) ? MB_FILE_SETTLED : 0;
    if (shared) {
        holder->grant = GRANT_SHARED;
        answer->flags |= MB_FILE_SHARED;
    } else if (holder->writes > 0 || holder->grant == GRANT_WRITE) {
        if (file->last_writer != node) {
            file->version++;
            file->last_writer = node;
            answer->flags |= MB_FILE_NEW_VERSION;
        }
        holder->grant = GRANT_WRITE;
        answer->flags |= MB_FILE_MAY_READ | MB_FILE_MAY_WRITE;
    } else {
        if (file->last_writer != node) {
            file->last_writer = STORE_NOBODY;   /* this version is read */
        }
        holder->grant = GRANT_READ;
        answer->flags |= MB_FILE_MAY_READ;
    }
    answer->epoch = file->version;
    return true;
}

/* -- single blocks -- */

bool holders_settle(struct store_file *file, uint32_t index)
{
    bool settled = true;

    for (struct holder *h = file->holders; h != NULL; h = h->next) {
        struct wire_message message =
            wire_message(h->node, MB_FILE_FETCH, file->id);
        void **entry;

        if (h->recalled) {
            settled = false;
        }
        if (!h->flushing) {
            continue;
        }
        entry = page_tree_make(&h->settled, index);
        if (entry == NULL) {
            panic("files: no memory to wait for node %u", h->node);
        }
        settled = settled && *entry == SETTLED;
        if (*entry == NULL) {
            *entry = asked_at(time_now_ns());
            message.msg.aux = index;
            wire_send(&message);
        }
    }
    return settled;
}

bool holder_takes(const struct store_file *file, struct holder *holder,
                  uint32_t index)
{
    void **entry;

    if (!holder->flushing) {
        return holder->grant == GRANT_WRITE;
    }
    entry = page_tree_make(&holder->settled, index);
    if (entry == NULL) {
        panic("files: no memory for a block of node %u", holder->node);
    }
    if (*entry == SETTLED) {
        return false;
    }
    if (*entry != NULL) {
        bridge_trace(MB_TRACE_FILE_WAIT, 0, 0, file->id, index, holder->node,
                     (uint64_t)*entry >> 1);
    }
    *entry = SETTLED;
    return true;
}
