/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * An editor with somebody who thinks more than he types: a text with a gap at
 * the cursor, bursts of keys with pauses between them, jumps, searches, and a
 * log of all changes that an alarm has saved to a file now and then, in the
 * middle of whatever is going on. In the end the file has the whole log, and
 * undoing it leaves the text as it was.
 *
 * editor [TURNS [SIZE]]: a turn is a burst and a pause; SIZE is that of the
 * text at first.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#include "check.h"

#define USUAL_TURNS     30
#define USUAL_BYTES     (100ul << 10)
#define GAP_BYTES       4096u
#define KEYS_MOST       16
#define LINE_BYTES      64
#define LETTERS         16      /* that the first text has */
#define PAUSE_NS        1500000
#define SAVE_US         7000
#define LOG_FILE        "/tmp/editor.log"

/* [0, gap) and [gap_end, room) are the text */
static char *text;
static size_t room;
static size_t gap;
static size_t gap_end;

struct change {
    uint32_t place;
    char was;                   /* '\0': nothing, it was put in */
    char is;                    /* '\0': nothing, it was taken out */
};

static struct change *changes;
static size_t change_count;
static size_t change_room;
static size_t saved_count;
static int log_file;
static volatile sig_atomic_t is_due;

/* -- the text -- */

static char first_text(size_t i)
{
    return i % LINE_BYTES == LINE_BYTES - 1 ? '\n'
        : (char)('a' + ((uint32_t)i * 2654435761u >> 28));
}

static size_t length(void)
{
    return room - (gap_end - gap);
}

static void move_to(size_t place)
{
    if (place < gap) {
        gap_end -= gap - place;
        memmove(text + gap_end, text + place, gap - place);
    } else {
        memmove(text + gap, text + gap_end, place - gap);
        gap_end += place - gap;
    }
    gap = place;
}

static void widen(void)
{
    size_t behind = room - gap_end;
    size_t more = GAP_BYTES + room / 8;

    text = realloc(text, room + more);
    CHECK(text != NULL);
    memmove(text + room + more - behind, text + gap_end, behind);
    room += more;
    gap_end += more;
}

static void put(char symbol)
{
    if (gap == gap_end) {
        widen();
    }
    text[gap++] = symbol;
}

static char take(void)
{
    return text[--gap];
}

/* -- the log -- */

static void note(char was, char is)
{
    if (change_count == change_room) {
        change_room += 1024;
        changes = realloc(changes, change_room * sizeof(changes[0]));
        CHECK(changes != NULL);
    }
    memset(&changes[change_count], 0, sizeof(changes[0]));
    changes[change_count].place = (uint32_t)gap;
    changes[change_count].was = was;
    changes[change_count].is = is;
    change_count++;
}

static void save(void)
{
    const char *from = (const char *)(changes + saved_count);
    ssize_t bytes = (ssize_t)((change_count - saved_count) *
                              sizeof(changes[0]));

    is_due = 0;
    while (bytes > 0) {
        ssize_t written = write(log_file, from, (size_t)bytes);

        CHECK(written > 0);
        from += written;
        bytes -= written;
    }
    saved_count = change_count;
}

static void check_log(void)
{
    size_t bytes = change_count * sizeof(changes[0]);
    char *copy = array(bytes + 1, 1);

    CHECK(lseek(log_file, 0, SEEK_SET) == 0);
    CHECK(read(log_file, copy, bytes + 1) == (ssize_t)bytes);
    CHECK(memcmp(copy, changes, bytes) == 0);
    free(copy);
}

static void undo_all(void)
{
    while (change_count > 0) {
        const struct change *change = &changes[--change_count];

        if (change->was == '\0') {
            move_to(change->place + 1u);
            check_equal("undone", (uint64_t)take(), (uint64_t)change->is);
        } else {
            move_to(change->place);
            put(change->was);
        }
    }
}

/* -- who sits in front of it -- */

static void on_alarm(int signal)
{
    is_due = 1;
}

static void think(void)
{
    struct timespec time = { .tv_nsec = PAUSE_NS };

    while (nanosleep(&time, &time) != 0) {
        CHECK(errno == EINTR);
        save();
    }
    if (is_due) {
        save();
    }
}

/* The next line that begins with the same two letters; the cursor itself. */
static size_t search(uint64_t *random)
{
    size_t from = draw(random) % length();
    char first = (char)('a' + draw(random) % LETTERS);
    char second = (char)('a' + draw(random) % LETTERS);

    move_to(length());
    for (size_t i = 0; i + 1 < gap; i++) {
        size_t at = (from + i) % (gap - 1);

        if (text[at] == first && text[at + 1] == second) {
            return at;
        }
    }
    return from;
}

static void burst(uint64_t *random)
{
    size_t keys = 1 + draw(random) % KEYS_MOST;
    uint64_t choice = draw(random) % 8;

    if (choice == 0) {
        move_to(search(random));
    } else if (choice < 4) {
        move_to(draw(random) % (length() + 1));
    }
    for (size_t i = 0; i < keys; i++) {
        if (choice % 2 == 0 || gap == 0) {
            char symbol = (char)('A' + draw(random) % 26);

            note('\0', symbol);
            put(symbol);
        } else {
            char symbol = take();

            note(symbol, '\0');
        }
    }
}

static uint64_t sum_text(void)
{
    uint64_t sum = 0;

    for (size_t i = 0; i < length(); i++) {
        sum = sum * 31 + (unsigned char)text[i < gap ? i : i + gap_end - gap];
    }
    return mix(sum);
}

static void begin(size_t bytes)
{
    const struct itimerval timer = {
        .it_value = { .tv_usec = SAVE_US },
        .it_interval = { .tv_usec = SAVE_US },
    };
    struct sigaction action;

    text = array(bytes, 1);
    room = bytes;
    gap = bytes;
    gap_end = bytes;
    for (size_t i = 0; i < bytes; i++) {
        text[i] = first_text(i);
    }
    log_file = open(LOG_FILE, O_RDWR | O_CREAT | O_TRUNC, 0600);
    CHECK(log_file >= 0);
    memset(&action, 0, sizeof(action));
    action.sa_handler = on_alarm;
    action.sa_flags = SA_RESTART;
    CHECK(sigaction(SIGALRM, &action, NULL) == 0);
    CHECK(setitimer(ITIMER_REAL, &timer, NULL) == 0);
}

int main(int argc, char **argv)
{
    unsigned long turns = rounds(argc, argv, USUAL_TURNS);
    size_t bytes = working_set(argc, argv, USUAL_BYTES);
    const struct itimerval no_timer = { { 0 } };
    uint64_t random = 5;
    uint64_t sum;

    begin(bytes);
    for (unsigned long turn = 0; turn < turns; turn++) {
        burst(&random);
        think();
    }
    CHECK(setitimer(ITIMER_REAL, &no_timer, NULL) == 0);
    save();
    sum = sum_text();
    check_log();
    undo_all();
    check_equal("length", length(), bytes);
    move_to(bytes);
    for (size_t i = 0; i < bytes; i++) {
        check_equal("text", (uint64_t)text[i], (uint64_t)first_text(i));
    }
    CHECK(unlink(LOG_FILE) == 0);
    return pass("editor", sum);
}
