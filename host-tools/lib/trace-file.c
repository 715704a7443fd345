/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reading a trace file (docs/specs/trace.md).
 */
#include "trace-file.h"

#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include "error.h"

#include "hw/abi/segment.h"

static bool check_header(const TraceFile *file, GError **error)
{
    const struct mb_trace_file *header = file->base;

    if (memcmp(header->magic, MB_TRACE_MAGIC, sizeof(header->magic)) != 0) {
        return godwit_fail(error, "not a trace file");
    }
    if (header->version != MB_TRACE_VERSION ||
        header->record_bytes != sizeof(struct mb_trace_record)) {
        return godwit_fail(error, "trace file of version %u; this tool reads "
                           "version %u", header->version, MB_TRACE_VERSION);
    }
    if (header->node_count < 1 || header->node_count > MB_NODES_MAX) {
        return godwit_fail(error, "trace file of %u nodes",
                           header->node_count);
    }
    if (header->record_count !=
        (file->bytes - sizeof(*header)) / sizeof(struct mb_trace_record) ||
        (file->bytes - sizeof(*header)) % sizeof(struct mb_trace_record) != 0) {
        return godwit_fail(error, "trace file is cut short or too long");
    }
    return true;
}

static bool is_before(const struct mb_trace_record *a,
                      const struct mb_trace_record *b)
{
    if (a->time_ns != b->time_ns) {
        return a->time_ns < b->time_ns;
    }
    return a->node != b->node ? a->node < b->node : a->seq < b->seq;
}

static bool check_records(const TraceFile *file, GError **error)
{
    for (uint64_t i = 0; i < file->record_count; i++) {
        const struct mb_trace_record *record = &file->records[i];
        if (record->node >= file->node_count) {
            return godwit_fail(error, "trace record %" G_GUINT64_FORMAT " is "
                               "of node %u", i, record->node);
        }
        if (i > 0 && !is_before(record - 1, record)) {
            return godwit_fail(error, "trace record %" G_GUINT64_FORMAT " is "
                               "out of order", i);
        }
    }
    return true;
}

TraceFile *trace_file_open(int fd, GError **error)
{
    g_autoptr(TraceFile) file = g_new0(TraceFile, 1);
    struct stat status;

    if (fstat(fd, &status) != 0) {
        godwit_fail_errno(error, "trace file");
        return NULL;
    }
    if (status.st_size < (off_t)sizeof(struct mb_trace_file)) {
        godwit_fail(error, "trace file is cut short");
        return NULL;
    }
    void *base = mmap(NULL, (size_t)status.st_size, PROT_READ, MAP_PRIVATE, fd,
                      0);
    if (base == MAP_FAILED) {
        godwit_fail_errno(error, "cannot map the trace file");
        return NULL;
    }
    file->base = base;
    file->bytes = (uint64_t)status.st_size;
    if (!check_header(file, error)) {
        return NULL;
    }
    const struct mb_trace_file *header = base;
    file->node_count = header->node_count;
    file->record_count = header->record_count;
    file->records = (const struct mb_trace_record *)(header + 1);
    if (!check_records(file, error)) {
        return NULL;
    }
    return g_steal_pointer(&file);
}

void trace_file_close(TraceFile *file)
{
    if (file != NULL) {
        if (file->base != NULL) {
            munmap(file->base, file->bytes);
        }
        g_free(file);
    }
}
