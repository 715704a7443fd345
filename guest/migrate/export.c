/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Exports, as the kernel keeps them: the bridge's table itself.
 */
#include "migrate/export.h"

#include <stddef.h>

#include "drivers/migbridge.h"
#include "hw/abi/export.h"
#include "lib/printk.h"
#include "mm/page.h"

_Static_assert(MB_EXPORT_TABLE * sizeof(struct mb_export_page) == PAGE_SIZE &&
               MB_EXPORT_TABLES * sizeof(uint64_t) == PAGE_SIZE, "a page each");

/* Of the bridge. */
static uint32_t free_slots[MB_EXPORTS];
static uint32_t free_slot_count;

void export_init(void)
{
    while (free_slot_count < MB_EXPORTS) {
        free_slots[free_slot_count] = free_slot_count;
        free_slot_count++;
    }
}

static struct mb_export_page *entry_at(const struct export *export,
                                       uint32_t index)
{
    struct mb_export_page *table =
        phys_to_virt(export->directory[index / MB_EXPORT_TABLE]);

    return &table[index % MB_EXPORT_TABLE];
}

/* -- making one -- */

static bool begin(struct export *export)
{
    if (free_slot_count == 0) {
        return false;
    }
    export->directory = page_alloc_raw();
    if (export->directory == NULL) {
        return false;
    }
    export->slot = free_slots[--free_slot_count];
    return true;
}

/* The table that the next entry belongs to is there. */
static bool make_room(struct export *export)
{
    void *table;

    if (export->directory == NULL && !begin(export)) {
        return false;
    }
    if (export->count % MB_EXPORT_TABLE != 0) {
        return true;
    }
    if (export->count == MB_EXPORT_PAGES) {
        return false;
    }
    table = page_alloc_raw();
    if (table == NULL) {
        return false;
    }
    export->directory[export->count / MB_EXPORT_TABLE] = virt_to_phys(table);
    return true;
}

bool export_add(struct export *export, uint32_t object, uint64_t index,
                void *const *page, uint32_t count)
{
    uint64_t key = mb_export_key(object, index);
    uint32_t left = count;

    while (left > 0 && make_room(export)) {
        uint32_t room = MB_EXPORT_TABLE - export->count % MB_EXPORT_TABLE;
        uint32_t part = left < room ? left : room;
        struct mb_export_page *entry = entry_at(export, export->count);

        for (uint32_t i = 0; i < part; i++) {
            entry[i].key = key++;
            entry[i].page = virt_to_phys(*page++) | MB_EXPORT_OFFERED;
        }
        export->count += part;
        left -= part;
    }
    return left == 0;
}

void export_open(struct export *export, const struct move *move)
{
    const struct mb_export description = {
        .slot = export->slot,
        .count = export->count,
        .pid = move->pid,
        .epoch = move->epoch,
        .reader = move->target,
        .directory = export->directory ? virt_to_phys(export->directory) : 0,
        .notice = virt_to_phys(&export->notice),
    };

    if (export->count > 0) {
        bridge_export(&description);
    }
}

/* -- taking pages back -- */

/* The first entry from `low` on whose key is not less. */
static uint32_t search(const struct export *export, uint64_t key)
{
    uint32_t low = 0, high = export->count;

    while (low < high) {
        uint32_t middle = low + (high - low) / 2;

        if (entry_at(export, middle)->key < key) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

/* Pages are mostly sent in the order of the table. */
static struct mb_export_page *find(struct export *export, uint64_t key)
{
    uint32_t index = export->next;

    if (index >= export->count || entry_at(export, index)->key != key) {
        index = search(export, key);
    }
    if (index >= export->count || entry_at(export, index)->key != key) {
        return NULL;
    }
    export->next = index + 1;
    return entry_at(export, index);
}

/* In one instruction: the bridge may mark the entry between any two. */
bool export_withdraw(struct export *export, const struct page_ref *ref)
{
    struct mb_export_page *entry = find(export, mb_export_key(ref->object,
                                                              ref->index));
    uint64_t page = virt_to_phys(ref->page);
    uint64_t was = page | MB_EXPORT_OFFERED;

    if (entry == NULL ||
        __atomic_compare_exchange_n(&entry->page, &was,
                                    page | MB_EXPORT_WITHDRAWN, false,
                                    __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST)) {
        return true;
    }
    kassert((was & MB_EXPORT_STATE) != MB_EXPORT_OFFERED);
    return (was & MB_EXPORT_STATE) != MB_EXPORT_SERVED;
}

/* -- what the bridge has sent -- */

static uint64_t served(const struct export *export)
{
    return __atomic_load_n(&export->notice.served, __ATOMIC_SEQ_CST);
}

/* Key and count may be of different pages, if the bridge sends one in between:
 * then there is news again. */
bool export_news(struct export *export, struct mb_page_run *page)
{
    uint64_t count = served(export);
    uint64_t key = __atomic_load_n(&export->notice.key, __ATOMIC_SEQ_CST);

    if (count == export->followed) {
        return false;
    }
    export->followed = count;
    *page = (struct mb_page_run){
        .object = (uint32_t)(key >> MB_EXPORT_INDEX_BITS),
        .count = 1,
        .index = key & ((1ull << MB_EXPORT_INDEX_BITS) - 1),
    };
    return true;
}

/* The alarm is set first: the bridge may send the last one between any two. */
bool export_await(struct export *export, uint64_t count)
{
    __atomic_store_n(&export->notice.alarm, count, __ATOMIC_SEQ_CST);
    return served(export) >= count;
}

uint64_t export_close(struct export *export)
{
    const struct mb_export description = { .slot = export->slot };
    uint64_t served = 0;

    if (export->directory == NULL) {
        return 0;
    }
    bridge_export(&description);
    for (uint32_t i = 0; i < export->count; i++) {
        served += (entry_at(export, i)->page & MB_EXPORT_STATE) ==
                  MB_EXPORT_SERVED;
    }
    for (uint32_t i = 0; i < export->count; i += MB_EXPORT_TABLE) {
        page_put(entry_at(export, i));
    }
    page_put(export->directory);
    kassert(free_slot_count < MB_EXPORTS);
    free_slots[free_slot_count++] = export->slot;
    *export = (struct export){ 0 };
    return served;
}
