/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The trace of a run while it is made (docs/specs/trace.md).
 *
 * A node's records come in the order of seq, which is not always that of
 * time: a kernel may stamp an instant that has passed. So each node's file is
 * sorted, in place, before they are merged.
 */
#include "trace-store.h"

#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "error.h"
#include "file.h"

#define BATCH   1024            /* records written at a time */

typedef struct {
    int fd;
    uint64_t count;
    struct mb_trace_record *records;    /* while merging */
    uint64_t next;
} NodeTrace;

struct TraceStore {
    uint32_t node_count;
    NodeTrace *nodes;
};

TraceStore *trace_store_new(uint32_t node_count, int folder_fd, GError **error)
{
    g_autoptr(TraceStore) store = g_new0(TraceStore, 1);

    store->node_count = node_count;
    store->nodes = g_new0(NodeTrace, node_count);
    for (uint32_t i = 0; i < node_count; i++) {
        store->nodes[i].fd = -1;
    }
    for (uint32_t i = 0; i < node_count; i++) {
        store->nodes[i].fd = file_open_unnamed(folder_fd, error);
        if (store->nodes[i].fd < 0) {
            return NULL;
        }
    }
    return g_steal_pointer(&store);
}

static void unmap(NodeTrace *trace)
{
    if (trace->records != NULL) {
        munmap(trace->records, trace->count * sizeof(*trace->records));
        trace->records = NULL;
    }
}

void trace_store_free(TraceStore *store)
{
    if (store == NULL) {
        return;
    }
    for (uint32_t i = 0; i < store->node_count; i++) {
        unmap(&store->nodes[i]);
        if (store->nodes[i].fd >= 0) {
            close(store->nodes[i].fd);
        }
    }
    g_free(store->nodes);
    g_free(store);
}

bool trace_store_append(TraceStore *store, uint32_t node,
                        const struct mb_trace_record *records, size_t count,
                        GError **error)
{
    NodeTrace *trace = &store->nodes[node];

    for (size_t i = 0; i < count; i++) {
        if (records[i].node != node || records[i].seq != trace->count + i) {
            return godwit_fail(error, "trace record %" G_GUINT64_FORMAT " is "
                               "numbered %u of node %u", trace->count + i,
                               records[i].seq, records[i].node);
        }
    }
    if (!file_write_all(trace->fd, records, count * sizeof(*records),
                        trace->count * sizeof(*records), error)) {
        return false;
    }
    trace->count += count;
    return true;
}

static int compare_records(const void *a, const void *b)
{
    const struct mb_trace_record *left = a;
    const struct mb_trace_record *right = b;

    if (left->time_ns != right->time_ns) {
        return left->time_ns < right->time_ns ? -1 : 1;
    }
    return (left->seq > right->seq) - (left->seq < right->seq);
}

static bool sort_node(NodeTrace *trace, GError **error)
{
    trace->next = 0;
    if (trace->count == 0 || trace->records != NULL) {
        return true;
    }
    void *records = mmap(NULL, trace->count * sizeof(*trace->records),
                         PROT_READ | PROT_WRITE, MAP_SHARED, trace->fd, 0);
    if (records == MAP_FAILED) {
        return godwit_fail_errno(error, "cannot map the trace");
    }
    trace->records = records;
    qsort(trace->records, trace->count, sizeof(*trace->records),
          compare_records);
    return true;
}

/* The earliest record that is left, of the lowest node if there are several;
 * NULL if none is. */
static const struct mb_trace_record *next_record(TraceStore *store)
{
    NodeTrace *best = NULL;

    for (uint32_t i = 0; i < store->node_count; i++) {
        NodeTrace *trace = &store->nodes[i];
        if (trace->next < trace->count &&
            (best == NULL || trace->records[trace->next].time_ns <
             best->records[best->next].time_ns)) {
            best = trace;
        }
    }
    return best != NULL ? &best->records[best->next++] : NULL;
}

static bool merge(TraceStore *store, int fd, GError **error)
{
    g_autofree struct mb_trace_record *batch =
        g_new(struct mb_trace_record, BATCH);
    uint64_t offset = sizeof(struct mb_trace_file);
    const struct mb_trace_record *record;

    do {
        size_t count = 0;
        while (count < BATCH && (record = next_record(store)) != NULL) {
            batch[count++] = *record;
        }
        if (!file_write_all(fd, batch, count * sizeof(*batch), offset,
                            error)) {
            return false;
        }
        offset += count * sizeof(*batch);
    } while (record != NULL);
    return true;
}

bool trace_store_write(TraceStore *store, int fd, GError **error)
{
    struct mb_trace_file header = {
        .version = MB_TRACE_VERSION,
        .node_count = store->node_count,
        .record_bytes = sizeof(struct mb_trace_record),
    };

    memcpy(header.magic, MB_TRACE_MAGIC, sizeof(header.magic));
    for (uint32_t i = 0; i < store->node_count; i++) {
        if (!sort_node(&store->nodes[i], error)) {
            return false;
        }
        header.record_count += store->nodes[i].count;
    }
    return file_write_all(fd, &header, sizeof(header), 0, error) &&
        merge(store, fd, error);
}
