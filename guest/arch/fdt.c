/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Flattened device tree, Devicetree Specification 0.4, chapter 5.
 *
 * Invariant: `at` of a cursor never passes `end`, whatever the blob says.
 */
#include "arch/fdt.h"

#include <stdbool.h>

#include "lib/errno.h"
#include "lib/string.h"

#define FDT_MAGIC           0xd00dfeed
#define FDT_VERSION         17
#define FDT_HEADER_WORDS    10
#define FDT_BEGIN_NODE      1
#define FDT_END_NODE        2
#define FDT_PROP            3
#define FDT_NOP             4
#define FDT_END             9

#define NODES_DEEP          16

enum header_word {
    HEADER_MAGIC, HEADER_TOTAL, HEADER_STRUCT, HEADER_STRINGS, HEADER_RESERVED,
    HEADER_VERSION, HEADER_COMPATIBLE, HEADER_CPU, HEADER_STRINGS_BYTES,
    HEADER_STRUCT_BYTES,
};

enum node { NODE_ROOT, NODE_MEMORY, NODE_CHOSEN, NODE_OTHER };

struct cursor {
    const uint8_t *at;
    const uint8_t *end;
};

struct parser {
    struct cursor structure;
    struct cursor strings;
    enum node nodes[NODES_DEEP];
    unsigned depth;
    uint32_t address_cells;
    uint32_t size_cells;
    struct machine *machine;
};

static uint32_t big_endian(const uint8_t *bytes)
{
    return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 |
           (uint32_t)bytes[2] << 8 | bytes[3];
}

static size_t left(const struct cursor *cursor)
{
    return (size_t)(cursor->end - cursor->at);
}

static bool take_word(struct cursor *cursor, uint32_t *word)
{
    if (left(cursor) < 4) {
        return false;
    }
    *word = big_endian(cursor->at);
    cursor->at += 4;
    return true;
}

/* `bytes`, then on to the next multiple of four. */
static const uint8_t *take_bytes(struct cursor *cursor, size_t bytes)
{
    const uint8_t *start = cursor->at;
    size_t padded = (bytes + 3) & ~(size_t)3;

    if (padded < bytes || padded > left(cursor)) {
        return NULL;
    }
    cursor->at += padded;
    return start;
}

static const char *take_string(struct cursor *cursor)
{
    size_t length = strnlen((const char *)cursor->at, left(cursor));

    if (length == left(cursor)) {
        return NULL;
    }
    return (const char *)take_bytes(cursor, length + 1);
}

/* A number of one or two cells. */
static bool take_cells(struct cursor *cursor, uint32_t cells, uint64_t *value)
{
    uint32_t word;

    *value = 0;
    if (cells < 1 || cells > 2) {
        return false;
    }
    for (; cells > 0; cells--) {
        if (!take_word(cursor, &word)) {
            return false;
        }
        *value = *value << 32 | word;
    }
    return true;
}

static bool parse_memory(struct parser *parser, struct cursor value)
{
    uint64_t base;
    uint64_t size;

    if (!take_cells(&value, parser->address_cells, &base) ||
        !take_cells(&value, parser->size_cells, &size) ||
        base + size < base) {
        return false;
    }
    parser->machine->ram_start = base;
    parser->machine->ram_end = base + size;
    return true;
}

static bool parse_property(struct parser *parser, const char *name,
                           struct cursor value)
{
    struct machine *machine = parser->machine;

    switch (parser->nodes[parser->depth - 1]) {
    case NODE_ROOT:
        if (strcmp(name, "#address-cells") == 0) {
            return take_word(&value, &parser->address_cells);
        }
        if (strcmp(name, "#size-cells") == 0) {
            return take_word(&value, &parser->size_cells);
        }
        return true;
    case NODE_MEMORY:
        return strcmp(name, "reg") != 0 || parse_memory(parser, value);
    case NODE_CHOSEN:
        if (strcmp(name, "linux,initrd-start") == 0) {
            return take_cells(&value, (uint32_t)left(&value) / 4,
                              &machine->ramdisk_start);
        }
        if (strcmp(name, "linux,initrd-end") == 0) {
            return take_cells(&value, (uint32_t)left(&value) / 4,
                              &machine->ramdisk_end);
        }
        return true;
    case NODE_OTHER:
        return true;
    }
    return false;
}

static bool begin_node(struct parser *parser)
{
    const char *name = take_string(&parser->structure);
    enum node node = NODE_OTHER;

    if (name == NULL || parser->depth == NODES_DEEP) {
        return false;
    }
    if (parser->depth == 0) {
        node = NODE_ROOT;
    } else if (parser->depth == 1 && strncmp(name, "memory@", 7) == 0) {
        node = NODE_MEMORY;
    } else if (parser->depth == 1 && strcmp(name, "chosen") == 0) {
        node = NODE_CHOSEN;
    }
    parser->nodes[parser->depth++] = node;
    return true;
}

static bool property(struct parser *parser)
{
    struct cursor name = parser->strings;
    struct cursor value;
    const char *name_string;
    uint32_t bytes;
    uint32_t name_offset;

    if (parser->depth == 0 || !take_word(&parser->structure, &bytes) ||
        !take_word(&parser->structure, &name_offset) ||
        name_offset >= left(&name)) {
        return false;
    }
    value.at = take_bytes(&parser->structure, bytes);
    name.at += name_offset;
    if (value.at == NULL ||
        strnlen((const char *)name.at, left(&name)) == left(&name)) {
        return false;
    }
    value.end = value.at + bytes;
    name_string = (const char *)name.at;
    return parse_property(parser, name_string, value);
}

static bool parse_structure(struct parser *parser)
{
    uint32_t token;

    while (take_word(&parser->structure, &token)) {
        switch (token) {
        case FDT_BEGIN_NODE:
            if (!begin_node(parser)) {
                return false;
            }
            break;
        case FDT_END_NODE:
            if (parser->depth == 0) {
                return false;
            }
            parser->depth--;
            break;
        case FDT_PROP:
            if (!property(parser)) {
                return false;
            }
            break;
        case FDT_NOP:
            break;
        case FDT_END:
            return parser->depth == 0;
        default:
            return false;
        }
    }
    return false;
}

static bool block(const uint8_t *blob, const uint32_t *header,
                  enum header_word offset, enum header_word bytes,
                  struct cursor *cursor)
{
    if (header[offset] > header[HEADER_TOTAL] ||
        header[bytes] > header[HEADER_TOTAL] - header[offset]) {
        return false;
    }
    cursor->at = blob + header[offset];
    cursor->end = cursor->at + header[bytes];
    return true;
}

int fdt_parse(const void *blob, size_t most, struct machine *machine)
{
    struct cursor start = { blob, (const uint8_t *)blob + most };
    struct parser parser = {
        .machine = machine, .address_cells = 2, .size_cells = 1,
    };
    uint32_t header[FDT_HEADER_WORDS];

    *machine = (struct machine){ 0 };
    for (unsigned i = 0; i < FDT_HEADER_WORDS; i++) {
        if (!take_word(&start, &header[i])) {
            return -EINVAL;
        }
    }
    if (header[HEADER_MAGIC] != FDT_MAGIC || header[HEADER_TOTAL] > most ||
        header[HEADER_VERSION] < FDT_VERSION ||
        header[HEADER_COMPATIBLE] > FDT_VERSION ||
        !block(blob, header, HEADER_STRUCT, HEADER_STRUCT_BYTES,
               &parser.structure) ||
        !block(blob, header, HEADER_STRINGS, HEADER_STRINGS_BYTES,
               &parser.strings) ||
        !parse_structure(&parser)) {
        return -EINVAL;
    }
    if (machine->ram_end == 0 ||
        machine->ramdisk_start > machine->ramdisk_end) {
        return -EINVAL;
    }
    return 0;
}
