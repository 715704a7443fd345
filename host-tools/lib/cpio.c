/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A cpio archive in the "newc" format: per entry a header of 110 characters,
 * numbers in hexadecimal, then the name with its NUL and the contents, both
 * padded to 4 bytes; at the end an entry named TRAILER!!!.
 */
#include "cpio.h"

#include <string.h>
#include <sys/stat.h>

#define TRAILER         "TRAILER!!!"
#define ALIGNMENT       4
#define ARCHIVE_BLOCK   512

typedef struct {
    uint32_t mode;
    GBytes *contents;
} Entry;

struct Cpio {
    GTree *entries;             /* name without the leading '/' -> Entry */
};

static void entry_free(void *data)
{
    Entry *entry = data;

    g_bytes_unref(entry->contents);
    g_free(entry);
}

static int compare(const void *a, const void *b, void *data)
{
    return strcmp(a, b);
}

Cpio *cpio_new(void)
{
    Cpio *cpio = g_new0(Cpio, 1);

    cpio->entries = g_tree_new_full(compare, NULL, g_free, entry_free);
    return cpio;
}

void cpio_free(Cpio *cpio)
{
    if (cpio != NULL) {
        g_tree_unref(cpio->entries);
        g_free(cpio);
    }
}

static void add(Cpio *cpio, const char *name, uint32_t mode, GBytes *contents)
{
    Entry *entry = g_new0(Entry, 1);

    entry->mode = mode;
    entry->contents = g_bytes_ref(contents);
    g_tree_replace(cpio->entries, g_strdup(name), entry);
}

static void add_parents(Cpio *cpio, const char *path)
{
    const char *slash = strrchr(path, '/');

    if (slash != path) {
        g_autofree char *parent = g_strndup(path, (size_t)(slash - path));
        cpio_add_folder(cpio, parent);
    }
}

void cpio_add_folder(Cpio *cpio, const char *path)
{
    g_autoptr(GBytes) nothing = g_bytes_new(NULL, 0);

    add_parents(cpio, path);
    add(cpio, path + 1, S_IFDIR | 0755, nothing);
}

void cpio_add_file(Cpio *cpio, const char *path, uint32_t permissions,
                   GBytes *contents)
{
    add_parents(cpio, path);
    add(cpio, path + 1, S_IFREG | permissions, contents);
}

typedef struct {
    GByteArray *archive;
    uint32_t inode;
} Writer;

static void pad(GByteArray *archive, unsigned alignment)
{
    static const uint8_t zeroes[ARCHIVE_BLOCK];

    g_byte_array_append(archive, zeroes,
                        (alignment - archive->len % alignment) % alignment);
}

static void write_entry(Writer *writer, const char *name, uint32_t mode,
                        GBytes *contents)
{
    gsize bytes = 0;
    const uint8_t *data = contents != NULL
        ? g_bytes_get_data(contents, &bytes) : NULL;
    unsigned links = S_ISDIR(mode) ? 2 : 1;
    g_autofree char *header = g_strdup_printf(
        "070701" "%08X%08X%08X%08X%08X%08X%08X" "%08X%08X%08X%08X%08X%08X",
        writer->inode, mode, 0u, 0u, links, 0u, (unsigned)bytes,
        0u, 0u, 0u, 0u, (unsigned)strlen(name) + 1, 0u);

    g_byte_array_append(writer->archive, (const uint8_t *)header,
                        (unsigned)strlen(header));
    g_byte_array_append(writer->archive, (const uint8_t *)name,
                        (unsigned)strlen(name) + 1);
    pad(writer->archive, ALIGNMENT);
    if (bytes > 0) {
        g_byte_array_append(writer->archive, data, (unsigned)bytes);
    }
    pad(writer->archive, ALIGNMENT);
    writer->inode++;
}

static gboolean write_one(void *key, void *value, void *data)
{
    const Entry *entry = value;

    write_entry(data, key, entry->mode, entry->contents);
    return FALSE;
}

GBytes *cpio_finish(Cpio *cpio)
{
    Writer writer = { .archive = g_byte_array_new(), .inode = 1 };

    g_tree_foreach(cpio->entries, write_one, &writer);
    writer.inode = 0;
    write_entry(&writer, TRAILER, 0, NULL);
    pad(writer.archive, ARCHIVE_BLOCK);
    return g_byte_array_free_to_bytes(writer.archive);
}
