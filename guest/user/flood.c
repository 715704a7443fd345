/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * flood receive NAME SENDERS MESSAGES | flood send NAME ID MESSAGES [GAP]
 *
 * A receiver of datagrams that several senders flood: each message is there
 * once and each sender's are in order, wherever the receiver is when they come
 * and whenever it reads them. A sender pauses in the middle for GAP ms.
 */
#define _GNU_SOURCE
#include <poll.h>
#include <time.h>
#include <unistd.h>

#include "socket-check.h"

#define SENDERS_MOST    16
#define BODY            1200u
#define BIG_EVERY       16      /* a message of several pages */
#define BIG_BODY        9000u

struct message {
    uint64_t sender;
    uint64_t number;
    uint64_t sum;
    uint8_t body[BIG_BODY];
};

static size_t body_of(uint64_t number)
{
    return number % BIG_EVERY == 0 ? BIG_BODY : mix(number) % BODY;
}

static uint64_t sum_of(const struct message *message, size_t bytes)
{
    uint64_t sum = message->sender << 32 | message->number;

    for (size_t i = 0; i < bytes; i++) {
        sum = sum * 31 + message->body[i];
    }
    return sum;
}

static int receive(const char *name, unsigned senders, uint64_t count)
{
    static struct message message;
    uint64_t next[SENDERS_MOST] = { 0 };
    uint64_t total = 0;
    int fd = bound(SOCK_DGRAM, name);

    CHECK(senders <= SENDERS_MOST);
    while (total < senders * count) {
        struct pollfd waiting = { .fd = fd, .events = POLLIN };
        ssize_t got;

        if (total % 3 == 0) {
            CHECK(poll(&waiting, 1, -1) == 1);
        }
        got = recv(fd, &message, sizeof(message), 0);
        CHECK(got >= (ssize_t)offsetof(struct message, body));
        CHECK(message.sender < senders);
        check_equal("number", message.number, next[message.sender]);
        check_equal("bytes", (uint64_t)got, offsetof(struct message, body) +
                    body_of(message.number));
        check_equal("sum", sum_of(&message, body_of(message.number)),
                    message.sum);
        next[message.sender]++;
        total++;
    }
    CHECK_ERROR(recv(fd, &message, 1, MSG_DONTWAIT), EAGAIN);
    return pass("flood", total);
}

static int send_all(const char *name, uint64_t id, uint64_t count, long gap_ms)
{
    static struct message message;
    struct timespec pause = { 0, 200000 };
    struct sockaddr_un to;
    socklen_t bytes = abstract(&to, name);
    int fd = socket(AF_UNIX, SOCK_DGRAM, 0);
    uint64_t state = id;

    for (uint64_t i = 0; i < count; i++) {
        size_t body = body_of(i);

        message.sender = id;
        message.number = i;
        for (size_t k = 0; k < body; k++) {
            message.body[k] = (uint8_t)draw(&state);
        }
        message.sum = sum_of(&message, body);
        if (i == count / 2 && gap_ms > 0) {
            struct timespec gap = { gap_ms / 1000, gap_ms % 1000 * 1000000 };

            CHECK(nanosleep(&gap, NULL) == 0);
        }
        /* the receiver may not have its name yet */
        while (sendto(fd, &message, offsetof(struct message, body) + body, 0,
                      (struct sockaddr *)&to, bytes) < 0) {
            CHECK(i == 0 && errno == ECONNREFUSED);
            CHECK(nanosleep(&pause, NULL) == 0);
        }
    }
    return pass("flood", count);
}

int main(int argc, char **argv)
{
    CHECK(argc >= 5);
    if (strcmp(argv[1], "receive") == 0) {
        return receive(argv[2], (unsigned)strtoul(argv[3], NULL, 0),
                       strtoul(argv[4], NULL, 0));
    }
    return send_all(argv[2], strtoul(argv[3], NULL, 0),
                    strtoul(argv[4], NULL, 0),
                    argc > 5 ? strtol(argv[5], NULL, 0) : 0);
}
