/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The output of the processes (docs/specs/result.md, "Output").
 *
 * Invariant: the ranges of a stream are disjoint, do not touch, and stand in
 * ascending order; their bytes are in the file.
 */
#include "output.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "error.h"
#include "file.h"

#define RANGES_MAX  4096u       /* of a stream at any time */

static const char *const stream_names[OUTPUT_STREAMS] = { "stdout", "stderr" };

typedef struct {
    uint64_t start;
    uint64_t end;
} Range;

typedef struct {
    int fd;
    GArray *ranges;             /* of Range */
} Stream;

struct OutputSet {
    size_t count;
    char **names;
    Stream (*streams)[OUTPUT_STREAMS];
};

static bool open_stream(OutputSet *set, size_t process, unsigned stream,
                        int folder_fd, GError **error)
{
    g_autofree char *name = g_strdup_printf("%s.%s", set->names[process],
                                            stream_names[stream]);
    int fd = openat(folder_fd, name,
                    O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);

    if (fd < 0) {
        return godwit_fail_errno(error, "cannot create out/%s", name);
    }
    set->streams[process][stream].fd = fd;
    return true;
}

OutputSet *output_set_new(const char *const *names, size_t count,
                          int folder_fd, GError **error)
{
    g_autoptr(OutputSet) set = g_new0(OutputSet, 1);

    set->count = count;
    set->names = g_new0(char *, count + 1);
    set->streams = g_malloc0_n(count, sizeof(*set->streams));
    for (size_t i = 0; i < count; i++) {
        set->names[i] = g_strdup(names[i]);
        for (unsigned k = 0; k < OUTPUT_STREAMS; k++) {
            set->streams[i][k].fd = -1;
            set->streams[i][k].ranges = g_array_new(FALSE, FALSE,
                                                    sizeof(Range));
        }
    }
    for (size_t i = 0; i < count; i++) {
        for (unsigned k = 0; k < OUTPUT_STREAMS; k++) {
            if (!open_stream(set, i, k, folder_fd, error)) {
                return NULL;
            }
        }
    }
    return g_steal_pointer(&set);
}

void output_set_free(OutputSet *set)
{
    if (set == NULL) {
        return;
    }
    for (size_t i = 0; i < set->count; i++) {
        for (unsigned k = 0; k < OUTPUT_STREAMS; k++) {
            g_array_unref(set->streams[i][k].ranges);
            if (set->streams[i][k].fd >= 0) {
                close(set->streams[i][k].fd);
            }
        }
    }
    g_strfreev(set->names);
    g_free(set->streams);
    g_free(set);
}

/* Are the bytes of `range` that came before the same as now? */
static bool compare_overlap(const Stream *stream, const Range *range,
                            uint64_t start, uint64_t end, const uint8_t *bytes,
                            bool *same, GError **error)
{
    uint8_t before[MB_OUTPUT_MAX];
    uint64_t from = MAX(range->start, start);
    uint64_t to = MIN(range->end, end);

    *same = true;
    if (from >= to) {
        return true;
    }
    if (!file_read_all(stream->fd, before, to - from, from, error)) {
        return false;
    }
    *same = memcmp(before, bytes + (from - start), to - from) == 0;
    return true;
}

/* Adds [start, end) to the ranges; joins what it overlaps or touches. */
static void add_range(GArray *ranges, uint64_t start, uint64_t end)
{
    unsigned first = ranges->len;
    unsigned last;

    /* Nearly always it continues the last range: look from the end. */
    while (first > 0 && g_array_index(ranges, Range, first - 1).end >= start) {
        first--;
    }
    for (last = first; last < ranges->len &&
         g_array_index(ranges, Range, last).start <= end; last++) {
        const Range *range = &g_array_index(ranges, Range, last);
        start = MIN(start, range->start);
        end = MAX(end, range->end);
    }
    Range joined = { .start = start, .end = end };
    g_array_remove_range(ranges, first, last - first);
    g_array_insert_val(ranges, first, joined);
}

static bool write_bytes(const char *name, Stream *stream, unsigned number,
                        uint64_t start, uint64_t end, const uint8_t *bytes,
                        GError **error)
{
    for (unsigned i = stream->ranges->len; i > 0; i--) {
        const Range *range = &g_array_index(stream->ranges, Range, i - 1);
        bool same;
        if (range->end <= start) {
            break;
        }
        if (!compare_overlap(stream, range, start, end, bytes, &same, error)) {
            return false;
        }
        if (!same) {
            return godwit_fail(error, "output not exactly once: process '%s' "
                               "wrote different bytes %" G_GUINT64_FORMAT " to "
                               "%" G_GUINT64_FORMAT " of %s twice", name,
                               start, end - 1, stream_names[number]);
        }
    }
    if (!file_write_all(stream->fd, bytes, end - start, start, error)) {
        return false;
    }
    add_range(stream->ranges, start, end);
    return true;
}

bool output_set_add(OutputSet *set, const struct mb_output *output,
                    const uint8_t *bytes, GError **error)
{
    uint64_t start = output->offset;

    if (output->pid < 1 || output->pid > set->count || output->stream < 1 ||
        output->stream > OUTPUT_STREAMS || output->length > MB_OUTPUT_MAX) {
        return godwit_fail(error, "output of process %u, stream %u: there is "
                           "no such stream", output->pid, output->stream);
    }
    unsigned number = output->stream - 1;
    const char *name = set->names[output->pid - 1];
    Stream *stream = &set->streams[output->pid - 1][number];
    if (start > OUTPUT_BYTES_MAX - output->length) {
        return godwit_fail(error, "process '%s' wrote more than 1 GiB to %s",
                           name, stream_names[number]);
    }
    if (stream->ranges->len >= RANGES_MAX) {
        return godwit_fail(error, "%s of process '%s' has more than %u gaps",
                           stream_names[number], name, RANGES_MAX);
    }
    return write_bytes(name, stream, number, start, start + output->length,
                       bytes, error);
}

bool output_set_check(const OutputSet *set, GError **error)
{
    for (size_t i = 0; i < set->count; i++) {
        for (unsigned k = 0; k < OUTPUT_STREAMS; k++) {
            const GArray *ranges = set->streams[i][k].ranges;
            const Range *first = (const Range *)ranges->data;
            if (ranges->len > 1 || (ranges->len == 1 && first->start != 0)) {
                return godwit_fail(error, "output not exactly once: bytes "
                                   "before %" G_GUINT64_FORMAT " of %s of "
                                   "process '%s' are missing",
                                   ranges->len > 1 && first->start == 0
                                   ? first[1].start : first->start,
                                   stream_names[k], set->names[i]);
            }
        }
    }
    return true;
}

bool output_set_hash(const OutputSet *set, size_t process, unsigned stream,
                     char text[static SHA256_TEXT], uint64_t *bytes,
                     GError **error)
{
    const Stream *of = &set->streams[process][stream];

    *bytes = of->ranges->len > 0
        ? g_array_index(of->ranges, Range, of->ranges->len - 1).end : 0;
    return sha256_of_fd(of->fd, text, error);
}
