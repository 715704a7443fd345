/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The blocks that a node has cached: a bound number, the oldest clean one goes
 * first.
 *
 * Invariant: a modified block is in no message and in no outbox: who changes a
 * page that one has makes a copy.
 */
#include "srv/client.h"

#include "lib/string.h"
#include "mm/page.h"
#include "proc/plan.h"
#include "srv/srv.h"
#include "srv/pool.h"

#define BUCKETS         1024u
#define CACHE_SHARE     8u          /* of the node's memory, at most */
#define CACHE_RESERVE   16u         /* so much of it stays free */
#define DIRTY_SHARE     2u          /* of the cache: more is sent at once */

static struct pool pool = POOL_OF(struct client_block);
static struct client_block *buckets[BUCKETS];
static struct client_block *oldest, *newest;
static uint64_t count, most, dirty, awaited, reserve;

void cache_init(void)
{
    most = page_total_count() / CACHE_SHARE;
    reserve = page_total_count() / CACHE_RESERVE;
}

static struct client_block **bucket_of(uint32_t id, uint32_t index)
{
    return &buckets[(id * 0x9e3779b1u + index) % BUCKETS];
}

struct client_block *cache_find(const struct client_file *file,
                                uint32_t index)
{
    struct client_block *block = *bucket_of(file->id, index);

    while (block != NULL && (block->file != file || block->index != index)) {
        block = block->chain;
    }
    return block;
}

static void list_remove(struct client_block *block)
{
    *(block->older != NULL ? &block->older->newer : &oldest) = block->newer;
    *(block->newer != NULL ? &block->newer->older : &newest) = block->older;
}

static void list_add(struct client_block *block)
{
    block->newer = NULL;
    block->older = newest;
    *(newest != NULL ? &newest->newer : &oldest) = block;
    newest = block;
}

void cache_use(struct client_block *block)
{
    list_remove(block);
    list_add(block);
}

static void set_dirty(struct client_block *block, bool is_dirty)
{
    if (block->dirty != is_dirty) {
        block->dirty = is_dirty;
        dirty += is_dirty ? 1 : UINT64_MAX;
        block->file->dirty_count += is_dirty ? 1 : UINT32_MAX;
    }
}

static void remove(struct client_block *block)
{
    struct client_block **link = bucket_of(block->file->id, block->index);

    while (*link != block) {
        link = &(*link)->chain;
    }
    *link = block->chain;
    list_remove(block);
    set_dirty(block, false);
    block->file->block_count--;
    count--;
    awaited -= block->page == NULL;
    page_put(block->page);
    pool_put(&pool, block);
}

bool cache_makes_room(void)
{
    return dirty > 0 || awaited > 0 || outbox_any();
}

static bool is_full(void)
{
    return count >= most || page_free_count() <= reserve;
}

/* Frees the oldest clean block; false: all are modified or awaited. What is
 * modified is then on its way out of here. */
static bool make_room(void)
{
    struct client_block *block = oldest;
    struct client_file *file;

    while (block != NULL && (block->dirty || block->page == NULL)) {
        block = block->newer;
    }
    if (block == NULL) {
        for (file = client_next(NULL); file != NULL;
             file = client_next(file)) {
            (void)outbox_start(file, MB_FILE_FLUSH_ROOM);
        }
        return false;
    }
    file = block->file;
    remove(block);
    return true;
}

static struct client_block *insert(struct client_file *file, uint32_t index)
{
    struct client_block **bucket = bucket_of(file->id, index);
    struct client_block *block;

    while (is_full()) {
        if (!make_room()) {
            return NULL;
        }
    }
    block = pool_get(&pool);
    if (block != NULL) {
        block->file = file;
        block->index = index;
        block->chain = *bucket;
        *bucket = block;
        list_add(block);
        file->block_count++;
        count++;
    }
    return block;
}

bool cache_request(struct client_file *file, uint32_t index)
{
    void *page = outbox_page(file, index);
    struct client_block *block = cache_find(file, index);

    if (block != NULL) {
        return true;
    }
    block = insert(file, index);
    if (block == NULL) {
        return false;
    }
    if (page != NULL) {
        page_get(page);
        block->page = page;
        return true;
    }
    awaited++;
    client_expect();
    client_tell(file->id, MB_FILE_READ, index);
    return true;
}

struct client_block *cache_add(struct client_file *file, uint32_t index)
{
    void *page = page_alloc();
    struct client_block *block = page != NULL ? insert(file, index) : NULL;

    if (block == NULL) {
        page_put(page);
        return NULL;
    }
    block->page = page;
    return block;
}

void *cache_edit(struct client_block *block)
{
    if (page_refs(block->page) > 1) {
        void *page = page_alloc_raw();

        if (page == NULL) {
            return NULL;
        }
        memcpy(page, block->page, PAGE_SIZE);
        page_put(block->page);
        block->page = page;
    }
    return block->page;
}

void cache_modified(struct client_block *block)
{
    struct client_file *file = block->file;

    cache_use(block);
    if (!block->dirty) {
        set_dirty(block, true);
        if (file->dirty_count == 1) {
            outbox_schedule(file);
        }
        if (dirty > most / DIRTY_SHARE) {
            (void)outbox_start(file, MB_FILE_FLUSH_ROOM);
        }
    }
}

void cache_clean(struct client_block *block)
{
    set_dirty(block, false);
}

void cache_arrived(struct client_file *file, uint32_t index, void *page)
{
    struct client_block *block = cache_find(file, index);

    if (block == NULL || block->page != NULL) {
        return;                 /* nobody wants it any more */
    }
    if (page != NULL) {
        page_get(page);
    } else {
        page = page_alloc();
    }
    if (page == NULL) {
        remove(block);          /* it will be asked for again */
    } else {
        block->page = page;
        awaited--;
    }
}

struct client_block *cache_next_dirty(const struct client_file *file,
                                      struct client_block *block)
{
    block = block != NULL ? block->newer : oldest;
    while (block != NULL && (block->file != file || !block->dirty)) {
        block = block->newer;
    }
    return block;
}

void cache_drop(struct client_file *file)
{
    struct client_block *block = oldest;

    while (block != NULL && file->block_count > 0) {
        struct client_block *next = block->newer;

        if (block->file == file) {
            remove(block);
        }
        block = next;
    }
}
