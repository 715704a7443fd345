/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Blocks between the server's cache and its disk.
 *
 * A block that is not cached has to come from the disk before it is read; one
 * that was changed goes there as soon as the disk has nothing to read. The
 * contents are in memory either way, so a block that leaves the cache costs
 * nothing but the time to get it again.
 *
 * Invariant: what waits for the disk, or is dirty, is cached.
 */
#include "srv/store.h"

#include "lib/errno.h"
#include "lib/string.h"
#include "mm/page.h"
#include "proc/plan.h"
#include "proc/timer.h"
#include "srv/backing.h"
#include "srv/disk.h"
#include "srv/pool.h"
#include "srv/server.h"

#define CACHE_SHARE     8u          /* of the node's memory */

struct disk_work {
    struct disk_work *next;
    struct store_block *block;      /* NULL: it is gone */
    struct store_file *file;        /* valid while the block is */
    enum disk_access access;
};

static struct pool block_pool = POOL_OF(struct store_block);
static struct pool work_pool = POOL_OF(struct disk_work);
static struct disk disk;
static bool has_disk;
static uint64_t next_place;
static struct disk_work *queue[2];  /* by access, first come first served */
static struct disk_work **queue_end[2] = { &queue[0], &queue[1] };
static struct disk_work *current;
static struct timer timer;

static struct store_block *oldest, *newest;     /* of those in the cache */
static uint64_t cached_count, cached_most;

/* -- the cache -- */

static void cache_remove(struct store_block *block)
{
    *(block->older != NULL ? &block->older->newer : &oldest) = block->newer;
    *(block->newer != NULL ? &block->newer->older : &newest) = block->older;
    block->older = NULL;
    block->newer = NULL;
    block->cached = false;
    cached_count--;
}

static void cache_add(struct store_block *block)
{
    block->older = newest;
    *(newest != NULL ? &newest->newer : &oldest) = block;
    newest = block;
    block->cached = true;
    cached_count++;
}

/* The block is used now: it is the last to go. */
static void cache_use(struct store_block *block)
{
    struct store_block *victim = oldest;

    if (!has_disk) {
        return;
    }
    if (block->cached) {
        cache_remove(block);
    }
    while (cached_count >= cached_most && victim != NULL) {
        struct store_block *next = victim->newer;

        if (victim->work == NULL) {
            cache_remove(victim);
        }
        victim = next;
    }
    cache_add(block);
}

/* -- the disk -- */

static void start_disk(void)
{
    enum disk_access access = queue[DISK_READ] != NULL ? DISK_READ :
                                                         DISK_WRITE;
    struct disk_work *work = queue[access];
    uint64_t done_ns;

    if (current != NULL || work == NULL) {
        return;
    }
    queue[access] = work->next;
    if (queue[access] == NULL) {
        queue_end[access] = &queue[access];
    }
    current = work;
    if (work->block == NULL) {
        done_ns = time_now_ns();
    } else {
        if (access == DISK_WRITE) {
            work->block->dirty = false;
        }
        done_ns = disk_request(&disk, access, work->block->place,
                               time_now_ns());
    }
    timer_arm(&timer, done_ns);
}

static bool enqueue(struct store_file *file, struct store_block *block,
                    enum disk_access access)
{
    struct disk_work *work = pool_get(&work_pool);

    if (work == NULL) {
        return false;
    }
    work->block = block;
    work->file = file;
    work->access = access;
    block->work = work;
    *queue_end[access] = work;
    queue_end[access] = &work->next;
    start_disk();
    return true;
}

static void disk_done(struct timer *unused)
{
    struct disk_work *work = current;
    struct store_block *block = work->block;

    (void)unused;
    current = NULL;
    if (block != NULL) {
        block->work = NULL;
        if (work->access == DISK_READ) {
            cache_use(block);
        } else if (!block->dirty ||
                   !enqueue(work->file, block, DISK_WRITE)) {
            work->file->dirty_count--;
        }
    }
    pool_put(&work_pool, work);
    start_disk();
    serve_again();
    backing_ready();
}

void blocks_init(void)
{
    enum disk_preset preset = plan_disk();

    has_disk = preset != DISK_NONE;
    disk_init(&disk, preset);
    timer.expired = disk_done;
    cached_most = page_total_count() / CACHE_SHARE;
}

/* -- blocks -- */

static struct store_block *find(const struct store_file *file, uint32_t index)
{
    void **entry = page_tree_find(&file->blocks, index);

    return entry != NULL ? *entry : NULL;
}

static struct store_block *make(struct store_file *file, uint32_t index)
{
    void **entry = page_tree_make(&file->blocks, index);

    if (entry == NULL || (has_disk && next_place >= disk_blocks(&disk))) {
        return NULL;
    }
    if (*entry == NULL) {
        struct store_block *block = pool_get(&block_pool);

        if (block == NULL) {
            return NULL;
        }
        block->place = next_place++;
        *entry = block;
    }
    return *entry;
}

enum block_state block_read(struct store_file *file, uint32_t index,
                            void **page)
{
    struct store_block *block = find(file, index);

    *page = block != NULL ? block->page : NULL;
    if (block == NULL || !has_disk) {
        return BLOCK_READY;
    }
    if (block->cached) {
        cache_use(block);
        return BLOCK_READY;
    }
    if (block->work == NULL && !enqueue(file, block, DISK_READ)) {
        return BLOCK_READY;         /* no memory to wait in: take it as it is */
    }
    return BLOCK_COMING;
}

void block_changed(struct store_file *file, uint32_t index)
{
    struct store_block *block = find(file, index);

    if (!has_disk) {
        return;
    }
    block->dirty = true;
    cache_use(block);
    if (block->work == NULL && enqueue(file, block, DISK_WRITE)) {
        file->dirty_count++;
    } else if (block->work != NULL && block->work->access == DISK_READ) {
        block->work->access = DISK_WRITE;   /* what it reads is out of date */
        file->dirty_count++;
    }
}

int block_write(struct store_file *file, uint32_t index, void *page)
{
    struct store_block *block = make(file, index);

    if (block == NULL) {
        return -ENOSPC;
    }
    page_get(page);
    page_put(block->page);
    block->page = page;
    block_changed(file, index);
    return 0;
}

void *block_edit(struct store_file *file, uint32_t index)
{
    struct store_block *block = make(file, index);
    void *page;

    if (block == NULL) {
        return NULL;
    }
    if (block->page == NULL) {
        block->page = page_alloc();
    } else if (page_refs(block->page) > 1) {
        /* an answer that has it is still under way */
        page = page_alloc_raw();
        if (page == NULL) {
            return NULL;
        }
        memcpy(page, block->page, PAGE_SIZE);
        page_put(block->page);
        block->page = page;
    }
    return block->page;
}

static void free_block(struct store_file *file, struct store_block *block)
{
    if (block->cached) {
        cache_remove(block);
    }
    if (block->work != NULL) {
        file->dirty_count -= block->work->access == DISK_WRITE;
        block->work->block = NULL;
    }
    page_put(block->page);
    pool_put(&block_pool, block);
}

void block_drop(struct store_file *file, uint32_t index)
{
    void **entry = page_tree_find(&file->blocks, index);

    if (entry != NULL && *entry != NULL) {
        free_block(file, *entry);
        *entry = NULL;
    }
}

void blocks_cut(struct store_file *file, uint64_t size)
{
    uint64_t index = (size + PAGE_MASK) >> PAGE_SHIFT;
    uint64_t within = size & PAGE_MASK;
    uint8_t *page;
    void **entry;

    while ((entry = page_tree_next(&file->blocks, &index,
                                   PAGE_TREE_END)) != NULL) {
        free_block(file, *entry);
        *entry = NULL;
    }
    if (within != 0 && find(file, (uint32_t)(size >> PAGE_SHIFT)) != NULL) {
        page = block_edit(file, (uint32_t)(size >> PAGE_SHIFT));
        if (page != NULL) {
            memset(page + within, 0, PAGE_SIZE - within);
            block_changed(file, (uint32_t)(size >> PAGE_SHIFT));
        }
    }
}
