/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Migration bridge: what the guest has exported (hw/abi/export.h).
 *
 * The device keeps a checked copy of each export's description, and nothing of
 * its tables: they are the guest's, and are read anew for each request, through
 * the checked doors. A search is bounded by the number of entries, whatever
 * stands in them; a table that is out of order only hides pages.
 */
#include "qemu/osdep.h"
#include "qemu/log.h"
#include "migbridge.h"

static bool export_may_read(const MigBridgeState *s, uint32_t reader)
{
    return reader < s->segment.node_count && s->out[reader].shared &&
           !((s->out[reader].model.flags | s->in[reader].model.flags) &
             MB_LINK_FAULTY);
}

static bool export_check(const MigBridgeState *s, const struct mb_export *desc)
{
    return s->enabled && desc->slot < MB_EXPORTS && desc->reserved == 0 &&
           desc->count <= MB_EXPORT_PAGES &&
           (desc->count == 0 ||
            (export_may_read(s, desc->reader) && desc->directory % 8 == 0 &&
             desc->directory <= UINT64_MAX - MB_EXPORT_TABLES * 8 &&
             desc->notice % 8 == 0 &&
             desc->notice <= UINT64_MAX - sizeof(struct mb_export_notice)));
}

void migbridge_export_set(MigBridgeState *s, uint64_t addr)
{
    struct mb_export desc;

    if (addr % 8 == 0 && !migbridge_dma_read(s, addr, &desc, sizeof(desc))) {
        return;
    }
    if (addr % 8 != 0 || !export_check(s, &desc)) {
        qemu_log_mask(LOG_GUEST_ERROR, "migbridge: bad export at 0x%" PRIx64
                      "\n", addr);
        migbridge_status_set(s, MB_STATUS_BAD_EXPORT);
        return;
    }
    s->exports[desc.slot] = desc;
}

void migbridge_export_reset(MigBridgeState *s)
{
    memset(s->exports, 0, sizeof(s->exports));
}

/* The export that a request is about, or NULL. */
static const struct mb_export *export_match(const MigBridgeState *s,
                                            const struct mb_msg *request)
{
    for (unsigned i = 0; i < MB_EXPORTS; i++) {
        const struct mb_export *export = &s->exports[i];

        if (export->count != 0 && export->reader == request->source &&
            export->pid == request->pid && export->epoch == request->epoch) {
            return export;
        }
    }
    return NULL;
}

/* False: it is not in memory. */
static bool export_read(MigBridgeState *s, const struct mb_export *export,
                        uint32_t index, MigBridgePage *page)
{
    uint64_t table;

    if (!migbridge_dma_read(s, export->directory + index / MB_EXPORT_TABLE * 8,
                            &table, sizeof(table))) {
        return false;
    }
    page->addr = table + index % MB_EXPORT_TABLE * sizeof(page->entry);
    return migbridge_dma_read(s, page->addr, &page->entry,
                              sizeof(page->entry));
}

MigBridgeOffer migbridge_export_find(MigBridgeState *s,
                                     const struct mb_msg *request,
                                     MigBridgePage *page)
{
    const struct mb_export *export = export_match(s, request);
    uint32_t low = 0, high = export ? export->count : 0;
    uint64_t key = mb_export_key(request->object, request->index);

    if (request->index >> MB_EXPORT_INDEX_BITS ||
        request->object >> (64 - MB_EXPORT_INDEX_BITS)) {
        return MIGBRIDGE_OFFER_NOT;
    }
    page->notice = export ? export->notice : 0;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;

        if (!export_read(s, export, middle, page)) {
            return MIGBRIDGE_OFFER_NOT;
        }
        if (page->entry.key == key) {
            return (page->entry.page & MB_EXPORT_STATE) == MB_EXPORT_OFFERED
                   ? MIGBRIDGE_OFFER_OPEN : MIGBRIDGE_OFFER_GONE;
        }
        if (page->entry.key < key) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return MIGBRIDGE_OFFER_NOT;
}

/* A notice that is not in memory is the guest's loss: the page has been sent. */
static void export_notify(MigBridgeState *s, const MigBridgePage *page)
{
    struct mb_export_notice notice;

    if (page->notice == 0 ||
        !migbridge_dma_read(s, page->notice, &notice, sizeof(notice))) {
        return;
    }
    notice.served++;
    notice.key = page->entry.key;
    if (migbridge_dma_write(s, page->notice, &notice,
                            offsetof(struct mb_export_notice, alarm)) &&
        notice.alarm != 0 && notice.alarm == notice.served) {
        migbridge_irq_raise(s, MB_IRQ_SERVED);
    }
}

bool migbridge_export_served(MigBridgeState *s, MigBridgePage *page)
{
    page->entry.page = (page->entry.page & ~(uint64_t)MB_EXPORT_STATE) |
                       MB_EXPORT_SERVED;
    if (!migbridge_dma_write(s, page->addr, &page->entry,
                             sizeof(page->entry))) {
        return false;
    }
    export_notify(s, page);
    return true;
}
