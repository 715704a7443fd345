/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * share NUMBER COUNT [TURNS [open|keep]]: one of COUNT processes that use the
 * same files of /srv, wherever they run.
 *
 * Under a lock (a file that only one can create) each takes its turn: it checks
 * that every record of a file is what the last turn that wrote it made of it,
 * which stands in another file, and then writes some itself. So a read that is
 * out of date shows at once. With `open` the files are opened for each turn,
 * with `keep` they stay open on all nodes. In between, without the lock, each
 * appends to a log that must have all lines in the end.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "check.h"

#define RECORDS     96
#define WORDS       100         /* of a record: it crosses blocks */
#define LINE        32

struct ledger {
    uint64_t turn;              /* the last one */
    uint64_t writer[RECORDS];   /* the turn that wrote a record, 0: none */
    uint64_t done;              /* processes that have ended */
};

static struct ledger ledger;
static uint64_t record[WORDS];
static int ledger_fd = -1, data_fd = -1;

static void nap(long us)
{
    struct timespec time = { 0, us * 1000 };

    CHECK(nanosleep(&time, NULL) == 0);
}

static void lock(void)
{
    int fd;

    while ((fd = open("/srv/lock", O_CREAT | O_EXCL | O_WRONLY, 0600)) < 0) {
        CHECK(errno == EEXIST);
        nap(200);
    }
    CHECK(close(fd) == 0);
}

static void open_files(void)
{
    ledger_fd = open("/srv/ledger", O_RDWR | O_CREAT, 0644);
    data_fd = open("/srv/data", O_RDWR | O_CREAT, 0644);
    CHECK(ledger_fd >= 0 && data_fd >= 0);
}

static void close_files(void)
{
    CHECK(close(ledger_fd) == 0 && close(data_fd) == 0);
    ledger_fd = -1;
    data_fd = -1;
}

static void make_record(int index, uint64_t turn)
{
    for (int i = 0; i < WORDS; i++) {
        record[i] = turn == 0 ? 0 : mix(turn << 32 | (uint64_t)(index << 16) |
                                        (uint64_t)i);
    }
}

static void check_records(void)
{
    uint64_t got[WORDS];

    for (int i = 0; i < RECORDS; i++) {
        memset(got, 0, sizeof(got));
        CHECK(pread(data_fd, got, sizeof(got), i * (off_t)sizeof(got)) >= 0);
        make_record(i, ledger.writer[i]);
        if (memcmp(got, record, sizeof(got)) != 0) {
            fail("turn %lu: record %d is not that of turn %lu",
                 (unsigned long)ledger.turn, i,
                 (unsigned long)ledger.writer[i]);
        }
    }
}

static void write_records(uint64_t *seed)
{
    for (int i = 0; i < 8; i++) {
        int index = (int)(draw(seed) % RECORDS);

        make_record(index, ledger.turn);
        ledger.writer[index] = ledger.turn;
        CHECK(pwrite(data_fd, record, sizeof(record),
                     index * (off_t)sizeof(record)) == sizeof(record));
    }
}

static void take_turn(uint64_t *seed, bool keep, bool last)
{
    lock();
    if (!keep) {
        open_files();
    }
    memset(&ledger, 0, sizeof(ledger));
    CHECK(pread(ledger_fd, &ledger, sizeof(ledger), 0) >= 0);
    check_records();
    ledger.turn++;
    ledger.done += last;
    write_records(seed);
    CHECK(pwrite(ledger_fd, &ledger, sizeof(ledger), 0) == sizeof(ledger));
    if (!keep) {
        close_files();
    }
    CHECK(unlink("/srv/lock") == 0);
}

static void append_line(unsigned long number, unsigned long turn)
{
    char line[2 * LINE];
    int fd = open("/srv/log", O_WRONLY | O_CREAT | O_APPEND, 0644);

    CHECK(fd >= 0);
    snprintf(line, sizeof(line), "%15lu %15lu\n", number, turn);
    CHECK(write(fd, line, LINE) == LINE);
    CHECK(close(fd) == 0);
}

/* Every process has appended its lines in their order. */
static void check_log(unsigned long count, unsigned long turns)
{
    char line[LINE + 1] = "";
    unsigned long next[16] = { 0 };
    int fd = open("/srv/log", O_RDONLY);
    struct stat st;

    CHECK(fd >= 0 && fstat(fd, &st) == 0);
    check_equal("size of the log", (uint64_t)st.st_size,
                (uint64_t)(count * turns * LINE));
    while (read(fd, line, LINE) == LINE) {
        unsigned long number, turn;

        CHECK(sscanf(line, "%lu %lu", &number, &turn) == 2);
        CHECK(number < count && turn == next[number]++);
    }
    CHECK(close(fd) == 0);
}

static void wait_for_all(unsigned long count)
{
    for (;;) {
        lock();
        if (ledger_fd >= 0) {
            close_files();
        }
        open_files();
        CHECK(pread(ledger_fd, &ledger, sizeof(ledger), 0) ==
              sizeof(ledger));
        check_records();
        CHECK(unlink("/srv/lock") == 0);
        if (ledger.done == count) {
            return;
        }
        nap(2000);
    }
}

int main(int argc, char **argv)
{
    unsigned long number = argc > 1 ? strtoul(argv[1], NULL, 0) : 0;
    unsigned long count = argc > 2 ? strtoul(argv[2], NULL, 0) : 1;
    unsigned long turns = argc > 3 ? strtoul(argv[3], NULL, 0) : 8;
    bool keep = argc > 4 && strcmp(argv[4], "keep") == 0;
    uint64_t seed = number + 1;

    CHECK(count <= 16 && number < count);
    if (keep) {
        open_files();
    }
    for (unsigned long turn = 0; turn < turns; turn++) {
        append_line(number, turn);
        take_turn(&seed, keep, turn == turns - 1);
    }
    wait_for_all(count);
    check_log(count, turns);
    check_equal("turns", ledger.turn, count * turns);
    return pass("share", count * turns);
}
