/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Exports: pages that a node's bridge gives to another node by itself.
 *
 * A kernel that has frozen a process registers its pages with the bridge,
 * through MB_REG_EXPORT: who may read them, and a table in guest memory that
 * says where they are. An MB_MSG_REQUEST from that node for one of them is then
 * answered by the bridge with an MB_MSG_PAGE, straight from guest memory. The
 * processor of the node executes nothing for it.
 *
 *   mb_export.directory -> uint64_t [], addresses of
 *                            mb_export_page [MB_EXPORT_TABLE], which are all
 *                            full but the last, in rising order of `key`
 *
 * The table stays the kernel's. What the bridge does with a page is decided at
 * one instant, when the answer starts on the wire: it reads the entry and the
 * page, and marks the entry MB_EXPORT_SERVED. The kernel takes a page back by
 * storing MB_EXPORT_WITHDRAWN, and a page is sent by one of the two: whoever
 * comes first.
 *
 * The kernel need not look through its table to learn what has been sent: an
 * export may have a notice, in which the bridge counts. It interrupts only when
 * the count is what the kernel waits for.
 *
 * Docs: docs/specs/device.md, section Exports.
 */
#ifndef HW_ABI_EXPORT_H
#define HW_ABI_EXPORT_H

#include <stdint.h>

#define MB_EXPORTS          64u         /* at one time */
#define MB_EXPORT_TABLE     256u        /* entries of one table: a page */
#define MB_EXPORT_TABLES    512u        /* of one directory: a page */
#define MB_EXPORT_PAGES     (MB_EXPORT_TABLE * MB_EXPORT_TABLES)

/* What MB_REG_EXPORT points to. */
struct mb_export {
    uint32_t slot;              /* below MB_EXPORTS; what was there is closed */
    uint32_t count;             /* entries, up to MB_EXPORT_PAGES; 0: close */
    uint32_t pid;               /* as in the requests */
    uint32_t epoch;
    uint32_t reader;            /* the node that may ask */
    uint32_t reserved;          /* 0 */
    uint64_t directory;         /* address, a multiple of 8 */
    uint64_t notice;            /* of a struct mb_export_notice; 0: none */
};
_Static_assert(sizeof(struct mb_export) == 40, "ABI");

/* What the bridge has sent of an export. It stores the first two. */
struct mb_export_notice {
    uint64_t served;            /* one more for each page */
    uint64_t key;               /* of the last one */
    uint64_t alarm;             /* `served` that raises MB_IRQ_SERVED; 0: none */
};
_Static_assert(sizeof(struct mb_export_notice) == 24, "ABI");

struct mb_export_page {
    uint64_t key;               /* mb_export_key() */
    uint64_t page;              /* address, a multiple of 4096, + MB_EXPORT_* */
};
_Static_assert(sizeof(struct mb_export_page) == 16, "ABI");

/* The low bits of mb_export_page.page; all other values are as WITHDRAWN. */
#define MB_EXPORT_WITHDRAWN 0u          /* by the kernel: sends it, or need not */
#define MB_EXPORT_OFFERED   1u          /* to be read */
#define MB_EXPORT_SERVED    2u          /* by the bridge: it has been sent */
#define MB_EXPORT_STATE     0xfffu

#define MB_EXPORT_INDEX_BITS 48

/* Pages with a greater index or object cannot be exported. */
static inline uint64_t mb_export_key(uint32_t object, uint64_t index)
{
    return (uint64_t)object << MB_EXPORT_INDEX_BITS | index;
}

#endif
