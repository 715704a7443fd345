/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A process that moves itself, to and fro, by the algorithm that its first
 * argument names, once without each set of techniques: it changes its heap, its
 * stack, a file, one of all nodes, a connection to itself and the place of open
 * descriptors before each move, and finds all of it as it was afterwards.
 * Another one, with the argument "feeds", sends it messages as fast as it can
 * all the while.
 */
#include <fcntl.h>
#include <stdbool.h>

#include "include/uapi/techniques.h"
#include "talk.h"

#define NODES       2
#define HEAP_WORDS  (24u << 10)
#define STACK_WORDS 2048
#define FILE_BYTES  (40u << 10)
#define PART        1000
#define STREAM_BYTES 5000
#define STRIDE      97
#define WAIT_TURNS  100000
#define MEALS       24          /* messages between two moves */

static const char *const names[] = {
#define X(symbol, number, name) [number] = name,
    GODWIT_TECHNIQUES(X)
#undef X
};

struct state {
    uint64_t *heap;
    uint64_t *stack;
    int file;               /* read and written from end to end, in turns */
    int reader;             /* its own place in the same file */
    int served;             /* a file under /srv */
    int pair[2];            /* a stream to itself */
    int feeder;
    uint64_t fed;
    uint64_t sum;
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

static int describe(char *text, size_t size, unsigned long node,
                    const char *algorithm, unsigned without)
{
    int bytes = snprintf(text, size, "%lu %s", node, algorithm);

    for (unsigned i = 0; i < TECHNIQUE_COUNT; i++) {
        if (without & 1u << i) {
            bytes += snprintf(text + bytes, size - (size_t)bytes, " -%s",
                              names[i]);
        }
    }
    return bytes;
}

/* While pages are still on their way from the last move, or while rounds of
 * pages leave before the freeze, the process runs on here, and the move comes a
 * little later. */
static void go(unsigned long node, const char *algorithm, unsigned without)
{
    unsigned long epoch = status("Epoch:");
    char text[160];
    int bytes = describe(text, sizeof(text), node, algorithm, without);
    int fd = open("/proc/self/goto", O_WRONLY);

    CHECK(fd >= 0);
    CHECK(write(fd, text, (size_t)bytes) == bytes);
    CHECK(close(fd) == 0);
    for (int i = 0; status("Node:") != node; i++) {
        CHECK(i < WAIT_TURNS);
    }
    check_equal("epoch", status("Epoch:"), epoch + 1);
}

static void pattern_file(int file, uint64_t turn, bool put)
{
    static char part[PART], got[PART];

    for (unsigned at = 0; at + PART <= FILE_BYTES; at += PART * 7) {
        memset(part, (int)(mix(turn + at) & 0xff), sizeof(part));
        if (put) {
            CHECK(pwrite(file, part, PART, at) == PART);
        } else {
            CHECK(pread(file, got, PART, at) == PART);
            CHECK(memcmp(part, got, PART) == 0);
        }
    }
}

/* Written before a move, read behind it. */
static void pattern_stream(struct state *state, uint64_t turn, bool put)
{
    static char part[STREAM_BYTES], got[STREAM_BYTES];
    size_t done = 0;

    memset(part, (int)(mix(turn) & 0xff), sizeof(part));
    if (put) {
        talk_write(state->pair[0], part, sizeof(part));
        return;
    }
    while (done < sizeof(got)) {
        done += talk_receive(state->pair[1], got + done, sizeof(got) - done);
    }
    CHECK(memcmp(part, got, sizeof(part)) == 0);
}

/* Nothing is missing of what the other one sends, and all of it is in order. */
static void eat(struct state *state)
{
    for (unsigned i = 0; i < MEALS; i++) {
        uint64_t number;

        CHECK(talk_receive(state->feeder, &number, sizeof(number)) ==
              sizeof(number));
        check_equal("message", number, state->fed++);
    }
}

/* Puts a pattern in place, or checks that it is there. */
static void pattern(struct state *state, uint64_t turn, bool put)
{
    for (unsigned i = turn % STRIDE; i < HEAP_WORDS; i += STRIDE) {
        state->heap[i] = put ? mix(turn ^ i) : state->heap[i] - mix(turn ^ i);
        CHECK(put || state->heap[i] == 0);
    }
    for (unsigned i = turn % STRIDE; i < STACK_WORDS; i += STRIDE) {
        state->stack[i] = put ? mix(turn + i) : state->stack[i] - mix(turn + i);
        CHECK(put || state->stack[i] == 0);
    }
    pattern_file(state->file, turn, put);
    pattern_file(state->served, turn, put);
    pattern_stream(state, turn, put);
}

static void move(struct state *state, const char *algorithm, uint64_t turn,
                 unsigned without)
{
    off_t at = (off_t)(turn * 13 % FILE_BYTES);
    unsigned long node = (status("Node:") + 1) % NODES;

    pattern(state, turn, true);
    CHECK(lseek(state->reader, at, SEEK_SET) == at);
    go(node, algorithm, without);
    CHECK(lseek(state->reader, 0, SEEK_CUR) == at);
    pattern(state, turn, false);
    eat(state);
    state->sum = mix(state->sum ^ turn);
}

/* Until nobody listens any more. */
static int feed(void)
{
    int fd = talk_connect(SOCK_SEQPACKET, "without");

    for (uint64_t number = 0;; number++) {
        if (send(fd, &number, sizeof(number), MSG_NOSIGNAL) < 0) {
            CHECK(errno == EPIPE || errno == ECONNRESET);
            return pass("feeder", 0);
        }
    }
}

static int move_about(const char *algorithm)
{
    volatile uint64_t stack[STACK_WORDS] = { 0 };
    struct state state = {
        .heap = calloc(HEAP_WORDS, sizeof(uint64_t)),
        .stack = (uint64_t *)stack,
        .file = open("/tmp/without", O_RDWR | O_CREAT, 0644),
        .reader = open("/tmp/without", O_RDONLY),
        .served = open("/srv/without", O_RDWR | O_CREAT, 0644),
    };

    CHECK(state.heap != NULL && state.file >= 0 && state.reader >= 0);
    CHECK(state.served >= 0);
    CHECK(socketpair(AF_UNIX, SOCK_STREAM, 0, state.pair) == 0);
    state.feeder = talk_accept(talk_open(SOCK_SEQPACKET, "without"));
    eat(&state);
    for (unsigned without = 0; without <= WITHOUT_ALL; without++) {
        move(&state, algorithm, without, without);
    }
    CHECK(close(state.file) == 0 && close(state.reader) == 0);
    return pass("without", state.sum);
}

int main(int argc, char **argv)
{
    const char *what = argc > 1 ? argv[1] : "freeze-free";

    return strcmp(what, "feeds") == 0 ? feed() : move_about(what);
}
