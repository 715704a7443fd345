/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Pages of an address space at equal distances.
 */
#ifndef MIGRATE_STREAM_H
#define MIGRATE_STREAM_H

#include <stdint.h>

#define STREAMS 4u              /* that a process can be on at a time */

struct stream {
    uint64_t index;             /* of the first page; wraps around */
    int32_t stride;             /* pages, not 0 */
    uint32_t count;
};

#endif
