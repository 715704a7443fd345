/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A pipeline of processes and streams: the first one writes bytes, each in the
 * middle adds those of a table of its own, the last one checks every sum.
 *
 * pipeline INDEX LAST [TURNS [SIZE]]: the process at place INDEX of 0 to LAST. A
 * turn is 64 KiB of data; SIZE is that of a table.
 */
#include "talk.h"

#define USUAL_TURNS     8
#define USUAL_BYTES     (100ul << 10)
#define TURN_BYTES      65536ul
#define BLOCK_BYTES     3000ul  /* written at once; no power of two */
#define NAME_BYTES      32

static unsigned long place;     /* in the pipeline */
static unsigned long last;
static size_t table_bytes;

static uint8_t source_byte(size_t at)
{
    return (uint8_t)mix(at / 8 ^ 0x5eed) + (uint8_t)at;
}

static uint8_t table_byte(unsigned long owner, size_t i)
{
    return (uint8_t)mix(owner << 40 ^ i);
}

static void name_of(unsigned long index, char *name)
{
    (void)snprintf(name, NAME_BYTES, "pipeline.%lu", index);
}

static int open_input(void)
{
    char name[NAME_BYTES];

    name_of(place, name);
    return talk_accept(talk_open(SOCK_STREAM, name));
}

static int open_output(void)
{
    char name[NAME_BYTES];

    name_of(place + 1, name);
    return talk_connect(SOCK_STREAM, name);
}

static uint64_t produce(size_t bytes)
{
    uint8_t block[BLOCK_BYTES];
    int out = open_output();
    uint64_t sum = 0;

    for (size_t at = 0; at < bytes;) {
        size_t count = 0;

        for (; count < BLOCK_BYTES && at < bytes; at++, count++) {
            block[count] = source_byte(at);
            sum = sum * 31 + block[count];
        }
        talk_write(out, block, count);
    }
    CHECK(close(out) == 0);
    return sum;
}

static uint64_t add(void)
{
    uint8_t block[BLOCK_BYTES];
    uint8_t *table = array(table_bytes, 1);
    uint64_t sum = 0;
    size_t at = 0;

    for (size_t i = 0; i < table_bytes; i++) {
        table[i] = table_byte(place, i);
    }
    int in = open_input();
    int out = open_output();
    for (size_t count; (count = talk_receive(in, block, sizeof(block))) > 0;) {
        for (size_t i = 0; i < count; i++, at++) {
            block[i] = (uint8_t)(block[i] + table[at % table_bytes]);
            sum = sum * 31 + block[i];
        }
        talk_write(out, block, count);
    }
    CHECK(close(in) == 0 && close(out) == 0);
    return sum;
}

static uint64_t check(size_t bytes)
{
    uint8_t block[BLOCK_BYTES];
    int in = open_input();
    uint64_t sum = 0;
    size_t at = 0;

    for (size_t count; (count = talk_receive(in, block, sizeof(block))) > 0;) {
        for (size_t i = 0; i < count; i++, at++) {
            uint8_t should = source_byte(at);

            for (unsigned long owner = 1; owner < last; owner++) {
                should = (uint8_t)(should +
                                   table_byte(owner, at % table_bytes));
            }
            check_equal("byte", block[i], should);
            sum = sum * 31 + block[i];
        }
    }
    check_equal("bytes", at, bytes);
    CHECK(close(in) == 0);
    return sum;
}

int main(int argc, char **argv)
{
    size_t bytes;

    CHECK(argc > 2);
    place = strtoul(argv[1], NULL, 0);
    last = strtoul(argv[2], NULL, 0);
    CHECK(place <= last && last > 0);
    bytes = rounds(argc - 2, argv + 2, USUAL_TURNS) * TURN_BYTES;
    table_bytes = working_set(argc - 2, argv + 2, USUAL_BYTES);
    return pass("pipeline", mix(place == 0 ? produce(bytes)
                                : place < last ? add() : check(bytes)));
}
