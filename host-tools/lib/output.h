/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The output of the processes, whichever nodes it comes from.
 *
 * Each byte of a stream is written to its place, so the order of arrival does
 * not matter. Exactly once: a byte may come again, but then it must be the
 * same; and at the end no byte before the last may be missing.
 */
#ifndef LIB_OUTPUT_H
#define LIB_OUTPUT_H

#include <stdbool.h>
#include <stdint.h>

#include <glib.h>

#include "sha256.h"

#include "hw/abi/segment.h"

#define OUTPUT_STREAMS      2               /* stdout, stderr */
#define OUTPUT_BYTES_MAX    (UINT64_C(1) << 30)     /* of one stream */

typedef struct OutputSet OutputSet;

/* Opens NAME.stdout and NAME.stderr in the folder for each of `count` names;
 * process i of them has pid i + 1. */
OutputSet *output_set_new(const char *const *names, size_t count,
                          int folder_fd, GError **error)
    G_GNUC_WARN_UNUSED_RESULT;
void output_set_free(OutputSet *set);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(OutputSet, output_set_free)

bool output_set_add(OutputSet *set, const struct mb_output *output,
                    const uint8_t *bytes, GError **error)
    G_GNUC_WARN_UNUSED_RESULT;

/* No gaps anywhere? */
bool output_set_check(const OutputSet *set, GError **error)
    G_GNUC_WARN_UNUSED_RESULT;

/* stream: 0 standard output, 1 standard error. */
bool output_set_hash(const OutputSet *set, size_t process, unsigned stream,
                     char text[static SHA256_TEXT], uint64_t *bytes,
                     GError **error) G_GNUC_WARN_UNUSED_RESULT;

#endif
