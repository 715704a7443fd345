/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The consumer's end of a node's rings (docs/specs/segment.md, "Trace and
 * output rings").
 */
#include "ring.h"

#include <string.h>

#include "error.h"
#include "futex.h"

#define BATCH           256     /* trace records copied at a time */
#define OUTPUT_ALIGN    32u

Ring ring_init(const uint8_t *data, uint64_t bytes, const uint64_t *head,
               uint64_t *tail)
{
    g_assert(bytes > 0 && (bytes & (bytes - 1)) == 0);
    return (Ring) {
        .data = data,
        .bytes = bytes,
        .head = head,
        .tail = tail,
    };
}

/* Bytes that are ready; the acquire pairs with the node's release of the
 * position: what lies before it has been written. */
static bool load_ready(const Ring *ring, uint32_t unit, uint64_t *ready,
                       GError **error)
{
    *ready = __atomic_load_n(ring->head, __ATOMIC_ACQUIRE) - ring->position;
    if (*ready > ring->bytes || *ready % unit != 0) {
        return godwit_fail(error, "position of the ring is broken");
    }
    return true;
}

/* Copies `bytes` from `at` bytes behind our position, around the end. */
static void copy_out(const Ring *ring, uint64_t at, void *to, size_t bytes)
{
    uint64_t start = (ring->position + at) & (ring->bytes - 1);
    size_t first = MIN(bytes, ring->bytes - start);

    memcpy(to, ring->data + start, first);
    memcpy((uint8_t *)to + first, ring->data, bytes - first);
}

/* The release keeps our reads before the node's next writes to the room. A
 * node sleeps on the low half of the tail, which stands first. */
static void release(Ring *ring, uint64_t bytes)
{
    ring->position += bytes;
    __atomic_store_n(ring->tail, ring->position, __ATOMIC_SEQ_CST);
    futex_wake_all((uint32_t *)ring->tail);
}

bool ring_drain_trace(Ring *ring, RingTraceFunc func, void *data,
                      GError **error)
{
    struct mb_trace_record records[BATCH];
    uint64_t ready;

    if (!load_ready(ring, sizeof(records[0]), &ready, error)) {
        return false;
    }
    while (ready > 0) {
        size_t bytes = MIN(ready, sizeof(records));
        copy_out(ring, 0, records, bytes);
        if (!func(records, bytes / sizeof(records[0]), data, error)) {
            return false;
        }
        release(ring, bytes);
        ready -= bytes;
    }
    return true;
}

bool ring_drain_output(Ring *ring, RingOutputFunc func, void *data,
                       GError **error)
{
    uint8_t bytes[MB_OUTPUT_MAX];
    struct mb_output output;
    uint64_t ready;

    if (!load_ready(ring, OUTPUT_ALIGN, &ready, error)) {
        return false;
    }
    while (ready > 0) {
        copy_out(ring, 0, &output, sizeof(output));
        uint64_t size = sizeof(output) + (uint64_t)output.length;
        size = (size + OUTPUT_ALIGN - 1) & ~(uint64_t)(OUTPUT_ALIGN - 1);
        if (output.length < 1 || output.length > MB_OUTPUT_MAX ||
            size > ready) {
            return godwit_fail(error, "output of length %u is broken",
                               output.length);
        }
        copy_out(ring, sizeof(output), bytes, output.length);
        if (!func(&output, bytes, data, error)) {
            return false;
        }
        release(ring, size);
        ready -= size;
    }
    return true;
}
