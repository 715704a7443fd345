/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Everything at once in a random order: memory, files, floating point, stack
 * and sleep, against a plain model of what should be there.
 */
#include <fcntl.h>
#include <math.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "check.h"

#define SPACES      8
#define PAGE        4096u
#define SPACE_PAGES 16u
#define FILE_BYTES  40000u

struct space {
    uint64_t *words;            /* NULL: not mapped */
    uint64_t seed;
};

static uint64_t random_state;
static struct space spaces[SPACES];
static unsigned char model[FILE_BYTES];     /* of the file */
static size_t model_bytes;
static int file;
static double value = 1;
static double value_should = 1;

static void change_space(void)
{
    struct space *space = &spaces[draw(&random_state) % SPACES];
    size_t count = SPACE_PAGES * PAGE / sizeof(uint64_t);

    if (space->words == NULL) {
        space->words = mmap(NULL, SPACE_PAGES * PAGE, PROT_READ | PROT_WRITE,
                            MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        CHECK(space->words != MAP_FAILED);
        space->seed = draw(&random_state);
        for (size_t i = 0; i < count; i += 37) {
            space->words[i] = mix(space->seed ^ i);
        }
        return;
    }
    for (size_t i = 0; i < count; i += 37) {
        check_equal("space", space->words[i], mix(space->seed ^ i));
    }
    CHECK(munmap(space->words, SPACE_PAGES * PAGE) == 0);
    space->words = NULL;
}

static void write_file(void)
{
    unsigned char bytes[3000];
    size_t count = 1 + draw(&random_state) % sizeof(bytes);
    size_t offset = draw(&random_state) % (FILE_BYTES - count);

    for (size_t i = 0; i < count; i++) {
        bytes[i] = (unsigned char)draw(&random_state);
    }
    memcpy(model + offset, bytes, count);
    if (model_bytes < offset + count) {
        model_bytes = offset + count;
    }
    CHECK(pwrite(file, bytes, count, (off_t)offset) == (ssize_t)count);
}

static void read_file(void)
{
    unsigned char bytes[3000];
    size_t offset = draw(&random_state) % FILE_BYTES;
    ssize_t count = pread(file, bytes, sizeof(bytes), (off_t)offset);
    size_t left = offset < model_bytes ? model_bytes - offset : 0;

    CHECK(count == (ssize_t)(left < sizeof(bytes) ? left : sizeof(bytes)));
    CHECK(memcmp(bytes, model + offset, (size_t)count) == 0);
}

static void cut_file(void)
{
    size_t bytes = draw(&random_state) % FILE_BYTES;

    if (bytes < model_bytes) {
        memset(model + bytes, 0, model_bytes - bytes);
    }
    model_bytes = bytes;
    CHECK(ftruncate(file, (off_t)bytes) == 0);
}

static void compute(void)
{
    volatile double volatile_value = value;

    for (int i = 0; i < 200; i++) {
        volatile_value = sqrt(volatile_value * volatile_value + 3);
        value_should = sqrt(value_should * value_should + 3);
    }
    value = volatile_value;
    CHECK(memcmp(&value, &value_should, sizeof(value)) == 0);
}

static uint64_t __attribute__((noinline)) recurse(unsigned depth)
{
    volatile uint64_t here = mix(depth);

    return depth == 0 ? here : recurse(depth - 1) ^ here;
}

static void use_stack(void)
{
    unsigned depth = (unsigned)(draw(&random_state) % 1000);
    uint64_t should = 0;

    for (unsigned i = 0; i <= depth; i++) {
        should ^= mix(i);
    }
    check_equal("stack", recurse(depth), should);
}

static void rest(void)
{
    struct timespec time = {
        .tv_nsec = (long)(draw(&random_state) % 300000)
    };

    CHECK(nanosleep(&time, NULL) == 0);
}

int main(int argc, char **argv)
{
    static void (*const actions[])(void) = {
        change_space, change_space, write_file, read_file, cut_file, compute,
        use_stack, rest,
    };
    unsigned long turns = rounds(argc, argv, 600);

    random_state = argc > 2 ? strtoul(argv[2], NULL, 0) : 42;
    file = open("/tmp/brutal", O_RDWR | O_CREAT, 0600);
    CHECK(file >= 0);
    for (unsigned long turn = 0; turn < turns; turn++) {
        actions[draw(&random_state) % (sizeof(actions) /
                                       sizeof(actions[0]))]();
    }
    CHECK(close(file) == 0);
    return pass("brutal", draw(&random_state) ^ model_bytes);
}
