/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The plan of an experiment as the guests read it (hw/abi/plan.h). All its
 * numbers are little endian.
 */
#include "plan.h"

#include <string.h>

#include "error.h"

#include "hw/abi/plan.h"

typedef struct {
    GByteArray *records;
    GByteArray *strings;
} Encoder;

/* Appends a text; returns its offset. */
static uint32_t put_string(Encoder *encoder, const char *text)
{
    uint32_t offset = encoder->strings->len;

    g_byte_array_append(encoder->strings, (const uint8_t *)text,
                        (unsigned)strlen(text) + 1);
    return GUINT32_TO_LE(offset);
}

/* Appends texts one behind the other; returns the offset of the first. */
static uint32_t put_strings(Encoder *encoder, char *const *texts)
{
    uint32_t offset = encoder->strings->len;

    for (size_t i = 0; texts[i] != NULL; i++) {
        put_string(encoder, texts[i]);
    }
    return GUINT32_TO_LE(offset);
}

static void put_process(Encoder *encoder, const ExperimentProcess *process)
{
    struct mb_plan_process record = {
        .start_ns = GUINT64_TO_LE(process->start_ns),
        .node = GUINT32_TO_LE((uint32_t)process->node),
        .path = put_string(encoder, process->program),
        .input = put_string(encoder, process->input),
        .argc = GUINT32_TO_LE(g_strv_length(process->argv)),
        .argv = put_strings(encoder, process->argv),
        .envc = GUINT32_TO_LE(g_strv_length(process->envp)),
        .envp = put_strings(encoder, process->envp),
    };

    g_byte_array_append(encoder->records, (const uint8_t *)&record,
                        sizeof(record));
}

static void put_migration(Encoder *encoder,
                          const ExperimentMigration *migration)
{
    struct mb_plan_migration record = {
        .at_ns = GUINT64_TO_LE(migration->at_ns),
        .id = GUINT32_TO_LE((uint32_t)migration->id),
        .process = GUINT32_TO_LE(migration->process_index),
        .target = GUINT32_TO_LE((uint32_t)migration->target),
        .algorithm = GUINT32_TO_LE(migration->algorithm_number),
        .pager = GUINT32_TO_LE(migration->pager),
        .without = GUINT32_TO_LE(migration->without),
    };

    g_byte_array_append(encoder->records, (const uint8_t *)&record,
                        sizeof(record));
}

GBytes *plan_encode(const Experiment *experiment, GError **error)
{
    g_autoptr(GByteArray) records = g_byte_array_new();
    g_autoptr(GByteArray) strings = g_byte_array_new();
    Encoder encoder = { .records = records, .strings = strings };

    for (unsigned i = 0; i < experiment->processes->len; i++) {
        put_process(&encoder, experiment->processes->pdata[i]);
    }
    for (unsigned i = 0; i < experiment->migrations->len; i++) {
        put_migration(&encoder, experiment->migrations->pdata[i]);
    }
    /* An empty argv or envp still needs an offset inside. */
    g_byte_array_append(strings, (const uint8_t *)"", 1);
    if (strings->len > MB_PLAN_STRINGS) {
        godwit_misuse(error, "the commands and environments of all processes "
                      "are longer than %u bytes; put data into a [file]",
                      MB_PLAN_STRINGS);
        return NULL;
    }
    struct mb_plan plan = {
        .magic = GUINT32_TO_LE(MB_PLAN_MAGIC),
        .version = GUINT32_TO_LE(MB_PLAN_VERSION),
        .process_count = GUINT32_TO_LE(experiment->processes->len),
        .migration_count = GUINT32_TO_LE(experiment->migrations->len),
        .string_bytes = GUINT32_TO_LE(strings->len),
        .node_count = GUINT32_TO_LE((uint32_t)experiment->node_count),
        .seed = GUINT64_TO_LE(experiment->seed),
        .file_server = GUINT32_TO_LE(experiment->file_server ==
                                     EXPERIMENT_NONE ? MB_PLAN_NO_SERVER
                                     : (uint32_t)experiment->file_server),
        .disk = GUINT32_TO_LE(experiment->disk),
    };
    GByteArray *bytes = g_byte_array_new();
    g_byte_array_append(bytes, (const uint8_t *)&plan, sizeof(plan));
    g_byte_array_append(bytes, records->data, records->len);
    g_byte_array_append(bytes, strings->data, strings->len);
    return g_byte_array_free_to_bytes(bytes);
}
