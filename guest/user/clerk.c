/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A workload with all that a process can have: memory, a connection, a file of
 * its own and one that all nodes share. A clerk enters each letter of its
 * customer into a ledger in memory, a journal under /srv and its notes, and
 * answers. The customer has some letters under way at any time, so that there
 * are always some in the clerk's queue; afterwards all books are compared.
 *
 *   clerk works TURNS SIZE      clerk asks TURNS
 */
#include <fcntl.h>
#include <stdbool.h>

#include "talk.h"

#define TURNS       2000
#define SIZE        (512u << 10)
#define UNDER_WAY   8u
#define LETTER      512u
#define BOOK_LINES  128u            /* in the journal and the notes */
#define ENTRIES     64u             /* in memory, for each letter */

struct letter {
    uint64_t turn;
    uint64_t words[LETTER / 8 - 1];
};

static void write_letter(struct letter *letter, uint64_t turn)
{
    letter->turn = turn;
    for (unsigned i = 0; i < sizeof(letter->words) / 8; i++) {
        letter->words[i] = mix(turn << 8 | i);
    }
}

static uint64_t answer_to(uint64_t turn)
{
    return mix(turn ^ 0x5bd1e995u);
}

/* -- the clerk -- */

struct office {
    uint64_t *ledger;
    size_t words;
    int journal;
    int notes;
};

static int open_book(const char *path)
{
    int fd = open(path, O_RDWR | O_CREAT, 0644);

    CHECK(fd >= 0);
    return fd;
}

/* Where the last letter of each line stands. */
static void enter(const struct office *office, const struct letter *letter)
{
    off_t at = (off_t)(letter->turn % BOOK_LINES * LETTER);
    uint64_t place = letter->turn;

    CHECK(pwrite(office->journal, letter, LETTER, at) == LETTER);
    CHECK(pwrite(office->notes, letter, LETTER, at) == LETTER);
    for (unsigned i = 0; i < ENTRIES; i++) {
        office->ledger[draw(&place) % office->words] += letter->turn;
    }
}

static void check_book(int book, uint64_t turns)
{
    uint64_t first = turns < BOOK_LINES ? 0 : turns - BOOK_LINES;
    struct letter letter, expected;

    for (uint64_t turn = first; turn < turns; turn++) {
        off_t at = (off_t)(turn % BOOK_LINES * LETTER);

        write_letter(&expected, turn);
        CHECK(pread(book, &letter, LETTER, at) == LETTER);
        CHECK(memcmp(&letter, &expected, LETTER) == 0);
    }
    CHECK(close(book) == 0);
}

static uint64_t check_ledger(const struct office *office, uint64_t turns)
{
    uint64_t *expected = calloc(office->words, sizeof(uint64_t));
    uint64_t sum = 0;

    CHECK(expected != NULL);
    for (uint64_t turn = 0; turn < turns; turn++) {
        uint64_t place = turn;

        for (unsigned i = 0; i < ENTRIES; i++) {
            expected[draw(&place) % office->words] += turn;
        }
    }
    for (size_t i = 0; i < office->words; i++) {
        check_equal("an entry", office->ledger[i], expected[i]);
        sum = mix(sum ^ expected[i]);
    }
    return sum;
}

static uint64_t work(uint64_t turns, size_t bytes)
{
    struct office office = {
        .ledger = calloc(bytes, 1),
        .words = bytes / sizeof(uint64_t),
        .journal = open_book("/srv/journal"),
        .notes = open_book("/tmp/notes"),
    };
    int listener = talk_open(SOCK_SEQPACKET, "clerk");
    int customer = talk_accept(listener);
    struct letter letter, expected;

    CHECK(office.ledger != NULL && office.words > 0);
    for (uint64_t turn = 0; turn < turns; turn++) {
        uint64_t answer = answer_to(turn);

        write_letter(&expected, turn);
        CHECK(talk_receive(customer, &letter, LETTER) == LETTER);
        CHECK(memcmp(&letter, &expected, LETTER) == 0);
        enter(&office, &letter);
        talk_send(customer, &answer, sizeof(answer));
    }
    check_equal("end", talk_receive(customer, &letter, LETTER), 0);
    CHECK(close(customer) == 0 && close(listener) == 0);
    check_book(office.journal, turns);
    check_book(office.notes, turns);
    return check_ledger(&office, turns);
}

/* -- the customer -- */

static uint64_t ask(uint64_t turns)
{
    int clerk = talk_connect(SOCK_SEQPACKET, "clerk");
    struct letter letter;
    uint64_t sent = 0, sum = 0;

    for (uint64_t turn = 0; turn < turns; turn++) {
        uint64_t answer;

        for (; sent < turns && sent < turn + UNDER_WAY; sent++) {
            write_letter(&letter, sent);
            talk_send(clerk, &letter, LETTER);
        }
        CHECK(talk_receive(clerk, &answer, sizeof(answer)) == sizeof(answer));
        check_equal("answer", answer, answer_to(turn));
        sum = mix(sum ^ answer);
    }
    CHECK(close(clerk) == 0);
    return sum;
}

int main(int argc, char **argv)
{
    const char *what = argc > 1 ? argv[1] : "";
    uint64_t turns = rounds(argc - 1, argv + 1, TURNS);
    bool works = strcmp(what, "works") == 0;

    CHECK(works || strcmp(what, "asks") == 0);
    return pass("clerk", works ? work(turns, working_set(argc - 1, argv + 1,
                                                         SIZE))
                               : ask(turns));
}
