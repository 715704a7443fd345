/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A process that moves itself, to and fro, by /proc/self/goto: at the call it
 * asks for, with all it has set up, and with each algorithm and pager in turn.
 */
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "check.h"
#include "include/uapi/algorithms.h"
#include "include/uapi/pagers.h"

#define NODES       2
#define WORDS       4096
#define WAIT_TURNS  100000

static uint64_t words[WORDS];

static const char *const names[] = {
#define X(symbol, number, name) [number] = name,
    GODWIT_ALGORITHMS(X)
#undef X
};

static const char *const pagers[] = {
#define X(symbol, number, name) [number] = name,
    GODWIT_PAGERS(X)
#undef X
};

/* The number behind `key` in /proc/self/status. */
static unsigned long status(const char *key)
{
    char text[2048];
    int fd = open("/proc/self/status", O_RDONLY);
    ssize_t bytes = read(fd, text, sizeof(text) - 1);
    const char *at;

    CHECK(bytes > 0 && close(fd) == 0);
    text[bytes] = '\0';
    at = strstr(text, key);
    CHECK(at != NULL);
    return strtoul(at + strlen(key), NULL, 10);
}

/* Asks to be moved. While pages are still on their way from the last move, or
 * travel ahead in rounds, the process runs on here. */
static void go(unsigned long node, const char *algorithm, const char *pager)
{
    unsigned long epoch = status("Epoch:");
    char text[64];
    int bytes = snprintf(text, sizeof(text), "%lu %s pager=%s\n", node,
                         algorithm, pager);
    int fd = open("/proc/self/goto", O_WRONLY);

    CHECK(fd >= 0);
    CHECK(write(fd, text, (size_t)bytes) == bytes);
    CHECK(close(fd) == 0);
    for (int i = 0; status("Node:") != node; i++) {
        CHECK(i < WAIT_TURNS);
    }
    CHECK(status("Epoch:") == epoch + 1);
}

int main(int argc, char **argv)
{
    unsigned long turns = rounds(argc, argv, 8);
    unsigned long node = status("Node:");
    uint64_t sum = 0;

    for (unsigned long turn = 0; turn < turns; turn++) {
        for (unsigned i = turn % 3; i < WORDS; i += 3) {
            words[i] += mix(turn ^ i);
        }
        node = (node + 1) % NODES;
        go(node, names[turn % ALGORITHM_COUNT],
           pagers[turn / 2 % PAGER_COUNT]);
        for (unsigned i = turn % 3; i < WORDS; i += 3) {
            words[i] -= mix(turn ^ i);
            CHECK(words[i] == 0);
            sum = mix(sum ^ turn);
        }
    }
    return pass("selfgoto", sum);
}
