/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Migration bridge: messages in the order of time, source, number and copy.
 */
#include "qemu/osdep.h"
#include "migbridge.h"

#define HEAP_FIRST_SIZE 64

static bool arrival_before(const MigBridgeArrival *a,
                           const MigBridgeArrival *b)
{
    if (a->time_ns != b->time_ns) {
        return a->time_ns < b->time_ns;
    }
    if (a->source != b->source) {
        return a->source < b->source;
    }
    if (a->seq != b->seq) {
        return a->seq < b->seq;
    }
    return a->copy < b->copy;
}

void migbridge_heap_push(MigBridgeHeap *heap, MigBridgeArrival arrival)
{
    uint32_t at = heap->count++;

    if (at == heap->size) {
        heap->size = MAX(HEAP_FIRST_SIZE, 2 * heap->size);
        heap->item = g_renew(MigBridgeArrival, heap->item, heap->size);
    }
    while (at > 0 && arrival_before(&arrival, &heap->item[(at - 1) / 2])) {
        heap->item[at] = heap->item[(at - 1) / 2];
        at = (at - 1) / 2;
    }
    heap->item[at] = arrival;
}

MigBridgeArrival migbridge_heap_pop(MigBridgeHeap *heap)
{
    MigBridgeArrival first = heap->item[0];
    MigBridgeArrival last = heap->item[--heap->count];
    uint32_t at = 0, child;

    while ((child = 2 * at + 1) < heap->count) {
        if (child + 1 < heap->count &&
            arrival_before(&heap->item[child + 1], &heap->item[child])) {
            child++;
        }
        if (!arrival_before(&heap->item[child], &last)) {
            break;
        }
        heap->item[at] = heap->item[child];
        at = child;
    }
    heap->item[at] = last;
    return first;
}

void migbridge_heap_clear(MigBridgeHeap *heap)
{
    g_free(heap->item);
    *heap = (MigBridgeHeap) {};
}
