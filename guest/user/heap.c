/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The heap: blocks of many sizes are allocated, grown, shrunk and freed in a
 * random order; each is full of a pattern of its own.
 */
#include "check.h"

#define BLOCKS      256
#define LARGEST     20000

struct block {
    unsigned char *bytes;
    size_t count;
    uint64_t seed;
};

static struct block blocks[BLOCKS];

static void fill(struct block *block, size_t from)
{
    for (size_t i = from; i < block->count; i++) {
        block->bytes[i] = (unsigned char)(block->seed + i * 31);
    }
}

static uint64_t verify(const struct block *block, size_t count)
{
    uint64_t sum = 0;

    for (size_t i = 0; i < count; i++) {
        if (block->bytes[i] != (unsigned char)(block->seed + i * 31)) {
            fail("byte %zu of a block of %zu", i, block->count);
        }
        sum += block->bytes[i];
    }
    return sum;
}

static void resize(struct block *block, size_t count)
{
    size_t kept = block->count < count ? block->count : count;
    unsigned char *bytes = realloc(block->bytes, count);

    CHECK(bytes != NULL);
    block->bytes = bytes;
    block->count = count;
    (void)verify(block, kept);
    fill(block, kept);
}

int main(int argc, char **argv)
{
    unsigned long turns = rounds(argc, argv, 500);
    uint64_t random = 7;
    uint64_t sum = 0;

    for (unsigned long turn = 0; turn < turns; turn++) {
        struct block *block = &blocks[draw(&random) % BLOCKS];
        size_t count = 1 + draw(&random) % LARGEST;

        if (block->bytes == NULL) {
            block->count = 0;
            block->seed = turn;
            resize(block, count);
        } else if (draw(&random) % 3 != 0) {
            resize(block, count);
        } else {
            sum = mix(sum ^ verify(block, block->count));
            free(block->bytes);
            block->bytes = NULL;
        }
    }
    for (int i = 0; i < BLOCKS; i++) {
        if (blocks[i].bytes != NULL) {
            sum = mix(sum ^ verify(&blocks[i], blocks[i].count));
            free(blocks[i].bytes);
        }
    }
    return pass("heap", sum);
}
