/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Sockets within one process: what each call answers, and that what is sent is
 * what is read. Runs on Linux, too.
 */
#define _GNU_SOURCE
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/select.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <unistd.h>

#include "socket-check.h"

#define BIG         65536
#define STREAM      (1u << 20)
#define MESSAGES    400

static uint64_t sum;
static char big[BIG + 1];
static char other[BIG + 1];
static volatile sig_atomic_t pipe_signals;

static void count_pipe(int signal)
{
    (void)signal;
    pipe_signals++;
}

static int ready(int fd, int events)
{
    struct pollfd poll_fd = { .fd = fd, .events = (short)events };

    CHECK(poll(&poll_fd, 1, 0) >= 0);
    return poll_fd.revents;
}

/* -- messages -- */

static void check_messages(int type)
{
    int pair[2];
    char buffer[16];
    struct iovec pieces[2] = { { buffer, 3 }, { buffer + 8, 8 } };
    struct msghdr header = { .msg_iov = pieces, .msg_iovlen = 2 };

    CHECK(socketpair(AF_UNIX, type, 0, pair) == 0);
    CHECK(send(pair[0], "first", 5, 0) == 5);
    CHECK(send(pair[0], "", 0, 0) == 0);
    CHECK(write(pair[0], "the third", 9) == 9);
    CHECK(ready(pair[1], POLLIN | POLLOUT) == (POLLIN | POLLOUT));
    CHECK(recv(pair[1], buffer, 3, MSG_PEEK) == 3);
    CHECK(recv(pair[1], buffer, 3, MSG_PEEK | MSG_TRUNC) == 5);
    CHECK(recv(pair[1], buffer, 3, 0) == 3);
    CHECK(memcmp(buffer, "fir", 3) == 0);
    CHECK(read(pair[1], buffer, sizeof(buffer)) == 0);
    CHECK(recvmsg(pair[1], &header, 0) == 9 && header.msg_flags == 0);
    CHECK(memcmp(buffer, "the", 3) == 0);
    CHECK(memcmp(buffer + 8, " third", 6) == 0);
    CHECK_ERROR(recv(pair[1], buffer, 1, MSG_DONTWAIT), EAGAIN);
    CHECK(send(pair[1], "0123456789abcdef", 16, 0) == 16);
    CHECK(recvmsg(pair[0], &header, 0) == 11);
    CHECK(header.msg_flags == MSG_TRUNC);

    for (size_t i = 0; i < BIG; i++) {
        big[i] = (char)mix(i);
    }
    CHECK(send(pair[0], big, BIG, 0) == BIG);
    CHECK(recv(pair[1], other, sizeof(other), 0) == BIG);
    CHECK(memcmp(big, other, BIG) == 0);
    CHECK(close(pair[0]) == 0 && close(pair[1]) == 0);
}

/* A queue that is full pushes back, and takes as much again when it is read. */
static void check_window(int type)
{
    int pair[2];
    int filled = 0, again = 0;

    CHECK(socketpair(AF_UNIX, type | SOCK_NONBLOCK, 0, pair) == 0);
    while (send(pair[0], big, 1000, 0) > 0) {
        filled++;
    }
    CHECK(errno == EAGAIN && filled > 0);
    CHECK((ready(pair[0], POLLOUT) & POLLOUT) == 0);
    while (recv(pair[1], other, 1000, 0) > 0) {
    }
    CHECK(errno == EAGAIN);
    CHECK(ready(pair[0], POLLOUT) == POLLOUT);
    while (send(pair[0], big, 1000, 0) > 0) {
        again++;
    }
    CHECK(again > filled / 2);
    CHECK(close(pair[0]) == 0 && close(pair[1]) == 0);
}

/* -- connections -- */

static void check_connection(int type)
{
    int listener = bound(type, "listener");
    int client = socket(AF_UNIX, type, 0);
    int second = socket(AF_UNIX, type | SOCK_NONBLOCK, 0);
    struct sockaddr_un address;
    socklen_t bytes = sizeof(address);
    char buffer[8];
    int server;

    CHECK_ERROR(connect_to(client, "listener"), ECONNREFUSED);
    CHECK(listen(listener, 0) == 0);
    CHECK(ready(listener, POLLIN) == 0);
    CHECK(connect_to(client, "listener") == 0);
    CHECK(ready(listener, POLLIN) == POLLIN);
    CHECK_ERROR(connect_to(second, "listener"), EAGAIN);
    CHECK(write(client, "early", 5) == 5);
    server = accept4(listener, (struct sockaddr *)&address, &bytes,
                     SOCK_CLOEXEC);
    CHECK(server >= 0 && bytes == sizeof(sa_family_t));
    CHECK_ERROR(connect_to(client, "listener"), EISCONN);
    CHECK(connect_to(second, "listener") == 0);
    CHECK(read(server, buffer, sizeof(buffer)) == 5);
    CHECK(write(server, "answer", 6) == 6);
    CHECK(read(client, buffer, sizeof(buffer)) == 6);

    /* one direction ends, the other goes on */
    CHECK(shutdown(client, SHUT_WR) == 0);
    CHECK_ERROR(send(client, "x", 1, MSG_NOSIGNAL), EPIPE);
    CHECK(read(server, buffer, sizeof(buffer)) == 0);
    CHECK(ready(server, POLLIN | POLLRDHUP) == (POLLIN | POLLRDHUP));
    CHECK(write(server, "more", 4) == 4);
    CHECK(read(client, buffer, sizeof(buffer)) == 4);

    /* nobody reads any more: EPIPE, and a signal unless it is not wanted */
    CHECK(close(client) == 0);
    pipe_signals = 0;
    CHECK_ERROR(send(server, "x", 1, MSG_NOSIGNAL), EPIPE);
    CHECK(pipe_signals == 0);
    CHECK_ERROR(write(server, "x", 1), EPIPE);
    CHECK(pipe_signals == (type == SOCK_STREAM));
    CHECK(ready(server, POLLIN) & POLLHUP);

    /* what was not accepted is reset */
    CHECK(close(listener) == 0);
    CHECK(send(second, "x", 1, MSG_NOSIGNAL) == -1);
    CHECK(close(second) == 0 && close(server) == 0);
}

static void check_reset(void)
{
    char buffer[8];
    int pair[2];

    CHECK(socketpair(AF_UNIX, SOCK_STREAM, 0, pair) == 0);
    CHECK(write(pair[0], "unread", 6) == 6);
    CHECK(write(pair[1], "left", 4) == 4);
    CHECK(close(pair[1]) == 0);
    CHECK(read(pair[0], buffer, sizeof(buffer)) == 4);
    CHECK_ERROR(read(pair[0], buffer, sizeof(buffer)), ECONNRESET);
    CHECK(read(pair[0], buffer, sizeof(buffer)) == 0);
    CHECK(close(pair[0]) == 0);
}

static void check_datagrams(void)
{
    struct sockaddr_un address;
    socklen_t bytes = abstract(&address, "server");
    int server = bound(SOCK_DGRAM, "server");
    int client = bound(SOCK_DGRAM, "client");
    char buffer[8];

    CHECK(sendto(client, "ask", 3, 0, (struct sockaddr *)&address,
                 bytes) == 3);
    memset(&address, 0, sizeof(address));
    bytes = sizeof(address);
    CHECK(recvfrom(server, buffer, sizeof(buffer), 0,
                   (struct sockaddr *)&address, &bytes) == 3);
    CHECK(memcmp(address.sun_path, "\0client", 7) == 0);
    CHECK(sendto(server, "answer", 6, 0, (struct sockaddr *)&address,
                 bytes) == 6);
    CHECK(connect_to(client, "server") == 0);
    CHECK(recv(client, buffer, sizeof(buffer), 0) == 6);
    CHECK(send(client, "again", 5, 0) == 5);
    CHECK(close(server) == 0);
    CHECK_ERROR(send(client, "x", 1, 0), ECONNREFUSED);
    CHECK(close(client) == 0);
}

/* -- threads that wait for each other -- */

static void *write_all(void *argument)
{
    const int *fd = argument;

    for (size_t at = 0; at < STREAM; at += BIG) {
        CHECK(write(*fd, big, BIG) == BIG);
    }
    CHECK(shutdown(*fd, SHUT_WR) == 0);
    return NULL;
}

static void check_stream(void)
{
    size_t at = 0;
    ssize_t got;
    pthread_t thread;
    int pair[2], readable;

    CHECK(socketpair(AF_UNIX, SOCK_STREAM, 0, pair) == 0);
    CHECK(pthread_create(&thread, NULL, write_all, &pair[0]) == 0);
    while ((got = read(pair[1], other, 1 + mix(at) % 9999)) > 0) {
        for (ssize_t i = 0; i < got; i++) {
            CHECK(other[i] == big[(at + (size_t)i) % BIG]);
        }
        at += (size_t)got;
        CHECK(ioctl(pair[1], FIONREAD, &readable) == 0 && readable >= 0);
    }
    check_equal("bytes of the stream", at, STREAM);
    CHECK(pthread_join(thread, NULL) == 0);
    CHECK(close(pair[0]) == 0 && close(pair[1]) == 0);
    sum += at;
}

static void *serve(void *argument)
{
    const int *listener = argument;
    int fd = accept(*listener, NULL, NULL);
    uint64_t number;

    CHECK(fd >= 0);
    while (recv(fd, &number, sizeof(number), 0) == sizeof(number)) {
        number = mix(number);
        CHECK(send(fd, &number, sizeof(number), 0) == sizeof(number));
    }
    CHECK(close(fd) == 0);
    return NULL;
}

static void check_server(int type)
{
    int listener = bound(type, "service");
    int client = socket(AF_UNIX, type, 0);
    pthread_t thread;

    CHECK(listen(listener, 5) == 0);
    CHECK(pthread_create(&thread, NULL, serve, &listener) == 0);
    CHECK(connect_to(client, "service") == 0);
    for (uint64_t i = 0; i < MESSAGES; i++) {
        struct pollfd answer = { .fd = client, .events = POLLIN };
        uint64_t number;

        CHECK(send(client, &i, sizeof(i), 0) == sizeof(i));
        CHECK(poll(&answer, 1, -1) == 1 && answer.revents == POLLIN);
        CHECK(recv(client, &number, sizeof(number), 0) == sizeof(number));
        check_equal("answer", number, mix(i));
        sum += number;
    }
    CHECK(close(client) == 0);
    CHECK(pthread_join(thread, NULL) == 0);
    CHECK(close(listener) == 0);
}

/* -- waits that end by time -- */

static void check_timeouts(void)
{
    struct timeval timeout = { .tv_usec = 2000 };
    char byte;
    int pair[2];
    fd_set set;

    CHECK(socketpair(AF_UNIX, SOCK_DGRAM, 0, pair) == 0);
    CHECK(setsockopt(pair[0], SOL_SOCKET, SO_RCVTIMEO, &timeout,
                     sizeof(timeout)) == 0);
    CHECK_ERROR(recv(pair[0], &byte, 1, 0), EAGAIN);
    FD_ZERO(&set);
    FD_SET(pair[0], &set);
    CHECK(select(pair[0] + 1, &set, NULL, NULL, &timeout) == 0);
    CHECK(send(pair[1], "x", 1, 0) == 1);
    FD_SET(pair[0], &set);
    CHECK(select(pair[0] + 1, &set, NULL, NULL, NULL) == 1);
    CHECK(FD_ISSET(pair[0], &set));
    CHECK(recv(pair[0], &byte, 1, 0) == 1);
    CHECK(close(pair[0]) == 0 && close(pair[1]) == 0);
}

int main(int argc, char **argv)
{
    struct sigaction action = { .sa_handler = count_pipe };

    CHECK(sigaction(SIGPIPE, &action, NULL) == 0);
    for (unsigned long i = rounds(argc, argv, 2); i > 0; i--) {
        check_messages(SOCK_DGRAM);
        check_messages(SOCK_SEQPACKET);
        check_window(SOCK_STREAM);
        check_window(SOCK_DGRAM);
        check_connection(SOCK_STREAM);
        check_connection(SOCK_SEQPACKET);
        check_reset();
        check_datagrams();
        check_stream();
        check_server(SOCK_STREAM);
        check_server(SOCK_SEQPACKET);
        check_timeouts();
    }
    return pass("sockets", sum);
}
