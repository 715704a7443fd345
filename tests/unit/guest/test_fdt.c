/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * arch/fdt.c: a device tree like the virt machine's, and hostile ones.
 */
#include "arch/fdt.h"

#include <stdlib.h>
#include <string.h>

#include "lib/errno.h"
#include "suite.h"

#define BLOB_MOST   1024
#define HEADER      40
#define STRINGS     "#address-cells\0#size-cells\0reg\0linux,initrd-start\0" \
                    "linux,initrd-end\0compatible"
#define MUTATIONS   200000

enum { NAME_ADDRESS_CELLS = 0, NAME_SIZE_CELLS = 15, NAME_REG = 27,
       NAME_START = 31, NAME_END = 50, NAME_COMPATIBLE = 67 };

struct blob {
    uint8_t bytes[BLOB_MOST];
    uint32_t length;
};

static void word_at(struct blob *blob, uint32_t at, uint32_t word)
{
    blob->bytes[at] = (uint8_t)(word >> 24);
    blob->bytes[at + 1] = (uint8_t)(word >> 16);
    blob->bytes[at + 2] = (uint8_t)(word >> 8);
    blob->bytes[at + 3] = (uint8_t)word;
}

static void put(struct blob *blob, uint32_t word)
{
    word_at(blob, blob->length, word);
    blob->length += 4;
}

static void put_padded(struct blob *blob, const void *bytes, uint32_t count)
{
    memcpy(blob->bytes + blob->length, bytes, count);
    blob->length += (count + 3) & ~3u;
}

static void begin(struct blob *blob, const char *name)
{
    put(blob, 1);
    put_padded(blob, name, (uint32_t)strlen(name) + 1);
}

static void property(struct blob *blob, uint32_t name, const uint32_t *cells,
                     uint32_t count)
{
    put(blob, 3);
    put(blob, count * 4);
    put(blob, name);
    for (uint32_t i = 0; i < count; i++) {
        put(blob, cells[i]);
    }
}

#define CELLS(...) (const uint32_t[]){ __VA_ARGS__ }, \
                   sizeof((const uint32_t[]){ __VA_ARGS__ }) / 4

static struct blob make(void)
{
    struct blob blob = { .length = HEADER };
    const uint32_t words[10] = {
        0xd00dfeed, 0, HEADER, 0, HEADER, 17, 16, 0, sizeof(STRINGS), 0,
    };
    uint32_t end;

    begin(&blob, "");
    property(&blob, NAME_ADDRESS_CELLS, CELLS(2));
    property(&blob, NAME_SIZE_CELLS, CELLS(2));
    property(&blob, NAME_COMPATIBLE, CELLS(0x76697274));
    begin(&blob, "memory@80000000");
    property(&blob, NAME_REG, CELLS(0, 0x80000000, 0, 0x04000000));
    put(&blob, 2);
    put(&blob, 4);                      /* NOP */
    begin(&blob, "soc");
    begin(&blob, "memory@1");           /* not at the top */
    property(&blob, NAME_REG, CELLS(0, 1, 0, 1));
    put(&blob, 2);
    put(&blob, 2);
    begin(&blob, "chosen");
    property(&blob, NAME_START, CELLS(0, 0x82000000));
    property(&blob, NAME_END, CELLS(0x82345678));   /* one cell is allowed */
    put(&blob, 2);
    put(&blob, 2);
    put(&blob, 9);
    end = blob.length;
    memcpy(blob.bytes + end, STRINGS, sizeof(STRINGS));
    blob.length += sizeof(STRINGS);

    for (uint32_t i = 0; i < 10; i++) {
        word_at(&blob, i * 4, words[i]);
    }
    word_at(&blob, 4, blob.length);
    word_at(&blob, 12, end);
    word_at(&blob, 36, end - HEADER);
    return blob;
}

/* In a block of its own, so that the sanitizer sees every byte beyond. */
static int parse(const uint8_t *bytes, size_t length, struct machine *machine)
{
    uint8_t *copy = malloc(length > 0 ? length : 1);
    int error;

    memcpy(copy, bytes, length);
    error = fdt_parse(copy, length, machine);
    free(copy);
    return error;
}

START_TEST(finds_memory_and_ramdisk)
{
    struct blob blob = make();
    struct machine machine;

    ck_assert_int_eq(parse(blob.bytes, blob.length, &machine), 0);
    ck_assert_uint_eq(machine.ram_start, 0x80000000);
    ck_assert_uint_eq(machine.ram_end, 0x84000000);
    ck_assert_uint_eq(machine.ramdisk_start, 0x82000000);
    ck_assert_uint_eq(machine.ramdisk_end, 0x82345678);
}
END_TEST

START_TEST(refuses_every_truncation)
{
    struct blob blob = make();
    struct machine machine;

    for (uint32_t length = 0; length < blob.length; length++) {
        ck_assert_int_eq(parse(blob.bytes, length, &machine), -EINVAL);
    }
}
END_TEST

START_TEST(refuses_bad_headers)
{
    const uint32_t bad[][2] = {
        { 0, 0xd00dfeee }, { 4, BLOB_MOST + 1 }, { 8, UINT32_MAX },
        { 12, UINT32_MAX }, { 20, 16 }, { 24, 18 }, { 32, UINT32_MAX },
        { 36, UINT32_MAX }, { 36, 8 },
    };

    for (unsigned i = 0; i < SUITE_COUNT(bad); i++) {
        struct blob blob = make();
        struct machine machine;

        word_at(&blob, bad[i][0], bad[i][1]);
        ck_assert_int_eq(parse(blob.bytes, blob.length, &machine), -EINVAL);
    }
}
END_TEST

START_TEST(survives_mutations)
{
    const struct blob original = make();
    uint64_t seed = 1;

    for (unsigned i = 0; i < MUTATIONS; i++) {
        struct blob blob = original;
        struct machine machine;

        for (uint64_t n = suite_random(&seed) % 4; n < 4; n++) {
            uint32_t at = suite_random(&seed) % (blob.length - 4);

            if (suite_random(&seed) % 2 != 0) {
                blob.bytes[at] = (uint8_t)suite_random(&seed);
            } else {
                word_at(&blob, at & ~3u,
                        (uint32_t)suite_random(&seed) >>
                            suite_random(&seed) % 32);
            }
        }
        if (parse(blob.bytes, blob.length, &machine) == 0) {
            ck_assert_uint_ge(machine.ram_end, machine.ram_start);
            ck_assert_uint_ge(machine.ramdisk_end, machine.ramdisk_start);
        }
    }
}
END_TEST

int main(void)
{
    const TTest *tests[] = {
        finds_memory_and_ramdisk,
        refuses_every_truncation,
        refuses_bad_headers,
        survives_mutations,
    };

    return suite_run("fdt", tests, SUITE_COUNT(tests));
}
