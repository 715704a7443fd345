/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Migration bridge: records for the host tool.
 *
 * Two byte rings in the segment, trace and output. Emitting never blocks: a
 * record that finds its ring full goes to a small backlog, and the vCPU
 * thread executes nothing until the backlog is gone (hold.c). So its size is
 * given by what one instruction or one event can emit.
 */
#include "qemu/osdep.h"
#include "qemu/atomic.h"
#include "qemu/log.h"
#include "migbridge.h"

#define OUTPUT_ALIGN 32

/* -- rings -- */

static uint64_t ring_used(const MigBridgeHostRing *ring)
{
    /* Acquire: the tool has read what we are going to overwrite. */
    uint64_t used = ring->head - qatomic_load_acquire(ring->shared_tail);

    /* A tool that moves its position beyond ours gets nothing more. */
    return MIN(used, ring->bytes);
}

static void ring_copy(MigBridgeHostRing *ring, uint64_t position,
                      const void *data, size_t length)
{
    uint64_t at = position & (ring->bytes - 1);
    size_t first = MIN(length, ring->bytes - at);

    memcpy(ring->base + at, data, first);
    memcpy(ring->base, (const uint8_t *)data + first, length - first);
}

/* Both or nothing: @header and @data, together padded to @bytes. */
static bool ring_put(MigBridgeState *s, MigBridgeHostRing *ring,
                     const void *header, size_t header_length,
                     const void *data, size_t data_length, uint64_t bytes)
{
    uint64_t used = ring_used(ring);

    if (ring->bytes - used < bytes) {
        return false;
    }
    ring_copy(ring, ring->head, header, header_length);
    if (data_length != 0) {
        ring_copy(ring, ring->head + header_length, data, data_length);
    }
    ring->head += bytes;
    /* Pairs with the tool's acquire: data before position. */
    qatomic_store_release(ring->shared_head, ring->head);
    if (used < ring->bytes / 2 && used + bytes >= ring->bytes / 2) {
        migbridge_segment_attention(s);
    }
    return true;
}

void migbridge_record_open(MigBridgeState *s)
{
    MigBridgeSegment *seg = &s->segment;
    struct mb_node *node = &seg->nodes[s->node];

    s->records.trace = (MigBridgeHostRing) {
        .base = seg->base + node->trace_offset,
        .bytes = seg->trace_bytes,
        .shared_head = &node->trace_head,
        .shared_tail = &node->trace_tail,
    };
    s->records.output = (MigBridgeHostRing) {
        .base = seg->base + node->output_offset,
        .bytes = seg->output_bytes,
        .shared_head = &node->output_head,
        .shared_tail = &node->output_tail,
    };
}

/* -- trace -- */

static bool trace_put(MigBridgeState *s, const struct mb_trace_record *record)
{
    return ring_put(s, &s->records.trace, record, sizeof(*record), NULL, 0,
                    sizeof(*record));
}

static void trace_emit(MigBridgeState *s, struct mb_trace_record *record)
{
    MigBridgeRecords *records = &s->records;

    record->node = s->node;
    record->seq = records->seq++;
    if (records->backlog_count == 0 && trace_put(s, record)) {
        return;
    }
    /*
     * With a vCPU that stands still, the backlog cannot overflow. A debugger
     * or qtest can make it; then the gap in seq tells.
     */
    if (records->backlog_count < MIGBRIDGE_BACKLOG) {
        records->backlog[records->backlog_count++] = *record;
    }
    migbridge_hold(s);
}

void migbridge_record_trace(MigBridgeState *s, uint16_t type,
                            const struct mb_msg *msg, const uint64_t arg[4])
{
    struct mb_trace_record record = {
        .time_ns = migbridge_now(),
        .instret = migbridge_instret(),
        .type = type,
        .pid = msg ? msg->pid : 0,
        .epoch = msg ? msg->epoch : 0,
        .arg = { arg[0], arg[1], arg[2], arg[3] },
    };

    trace_emit(s, &record);
}

void migbridge_record_message(MigBridgeState *s, uint16_t type,
                              const struct mb_slot *slot, uint32_t peer,
                              uint16_t extra)
{
    const struct mb_msg *msg = &slot->msg;

    migbridge_record_trace(s, type, msg, (uint64_t[4]) {
        msg->type | (uint64_t)msg->flags << 16 | (uint64_t)slot->length << 32,
        msg->tag,
        slot->seq,
        peer | (uint64_t)msg->object << 16 | (uint64_t)extra << 48,
    });
}

void migbridge_record_stamp(MigBridgeState *s, uint64_t addr)
{
    struct mb_trace_record record;

    if (addr % 8 == 0 &&
        !migbridge_dma_read(s, addr, &record, sizeof(record))) {
        return;
    }
    if (addr % 8 != 0 || record.type == 0 ||
        record.type >= MB_TRACE_GUEST_END ||
        record.time_ns > migbridge_cycles()) {
        qemu_log_mask(LOG_GUEST_ERROR, "migbridge: bad trace record at 0x%"
                      PRIx64 "\n", addr);
        migbridge_status_set(s, MB_STATUS_BAD_STAMP);
        return;
    }
    if (record.time_ns == 0) {
        record.time_ns = migbridge_now();
        record.instret = migbridge_instret();
    } else {
        record.time_ns = migbridge_cycles_ns(record.time_ns);
    }
    trace_emit(s, &record);
}

/* -- output -- */

static bool output_put_pending(MigBridgeState *s)
{
    MigBridgeRecords *records = &s->records;
    const struct mb_output *header = &records->pending;

    return ring_put(s, &records->output, header, sizeof(*header),
                    records->pending_data, header->length,
                    ROUND_UP(sizeof(*header) + header->length, OUTPUT_ALIGN));
}

void migbridge_record_output(MigBridgeState *s, uint64_t addr)
{
    MigBridgeRecords *records = &s->records;
    struct mb_output_desc desc = {};

    if (addr % 8 == 0 && !migbridge_dma_read(s, addr, &desc, sizeof(desc))) {
        return;
    }
    if (desc.length == 0 || desc.length > MB_OUTPUT_MAX ||
        desc.stream < 1 || desc.stream > 2 || records->output_pending) {
        qemu_log_mask(LOG_GUEST_ERROR, "migbridge: bad output record at 0x%"
                      PRIx64 "\n", addr);
        migbridge_status_set(s, MB_STATUS_BAD_OUTPUT);
        return;
    }
    if (!migbridge_dma_read(s, desc.addr, records->pending_data,
                            desc.length)) {
        return;
    }
    records->pending = (struct mb_output) {
        .time_ns = migbridge_now(),
        .offset = desc.offset,
        .pid = desc.pid,
        .stream = desc.stream,
        .length = desc.length,
    };
    if (!output_put_pending(s)) {
        records->output_pending = true;
        migbridge_hold(s);
    }
}

/* -- backlog -- */

bool migbridge_record_backlogged(const MigBridgeState *s)
{
    return s->records.backlog_count != 0 || s->records.output_pending;
}

bool migbridge_record_drain(MigBridgeState *s, uint32_t **word,
                            uint32_t *value)
{
    MigBridgeRecords *records = &s->records;
    MigBridgeHostRing *ring = records->backlog_count ? &records->trace
                                                     : &records->output;
    uint32_t done = 0;

    /* First: a tail that moves later is noticed. The low half of it comes
     * first on a little-endian host. */
    *word = (uint32_t *)ring->shared_tail;
    *value = qatomic_read(*word);
    while (done < records->backlog_count &&
           trace_put(s, &records->backlog[done])) {
        done++;
    }
    records->backlog_count -= done;
    memmove(records->backlog, records->backlog + done,
            records->backlog_count * sizeof(records->backlog[0]));

    if (records->output_pending && output_put_pending(s)) {
        records->output_pending = false;
    }
    if (!migbridge_record_backlogged(s)) {
        return true;
    }
    migbridge_segment_attention(s);
    return false;
}
