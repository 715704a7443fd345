/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The consumer's end of a node's trace and output ring (hw/abi/segment.h).
 *
 * The node at the other end is not trusted: everything is copied once and the
 * copy is checked; the consumer's position is the consumer's own.
 */
#ifndef LIB_RING_H
#define LIB_RING_H

#include <stdbool.h>
#include <stdint.h>

#include <glib.h>

#include "hw/abi/segment.h"
#include "hw/abi/trace.h"

typedef struct {
    const uint8_t *data;
    uint64_t bytes;             /* a power of two */
    const uint64_t *head;       /* the node's */
    uint64_t *tail;             /* ours, for the node to see */
    uint64_t position;          /* ours */
} Ring;

typedef bool (*RingTraceFunc)(const struct mb_trace_record *records,
                              size_t count, void *data, GError **error);
typedef bool (*RingOutputFunc)(const struct mb_output *output,
                               const uint8_t *bytes, void *data,
                               GError **error);

Ring ring_init(const uint8_t *data, uint64_t bytes, const uint64_t *head,
               uint64_t *tail);

/* Hands over all that is in the ring, frees the room and wakes a node that
 * waits for it. An error of the function ends it and is passed on. */
bool ring_drain_trace(Ring *ring, RingTraceFunc func, void *data,
                      GError **error) G_GNUC_WARN_UNUSED_RESULT;
bool ring_drain_output(Ring *ring, RingOutputFunc func, void *data,
                       GError **error) G_GNUC_WARN_UNUSED_RESULT;

#endif
