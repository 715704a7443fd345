/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Programs that talk to each other through local sockets, by names that are
 * known wherever they run. Nobody has to be started first: who connects tries
 * again until somebody answers.
 */
#ifndef USER_TALK_H
#define USER_TALK_H

#include <errno.h>
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "check.h"

#define TALK_RETRY_NS   200000
#define TALK_TRIES_MOST 50000

/* An abstract name, which is no file. */
static inline socklen_t talk_address(struct sockaddr_un *address,
                                     const char *name)
{
    memset(address, 0, sizeof(*address));
    address->sun_family = AF_UNIX;
    CHECK(strlen(name) + 1 < sizeof(address->sun_path));
    strcpy(address->sun_path + 1, name);
    return (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 +
                       strlen(name));
}

/* A socket that has the name, of SOCK_DGRAM, or listens at it. */
static inline int talk_open(int type, const char *name)
{
    struct sockaddr_un address;
    socklen_t bytes = talk_address(&address, name);
    int fd = socket(AF_UNIX, type, 0);

    CHECK(fd >= 0);
    CHECK(bind(fd, (struct sockaddr *)&address, bytes) == 0);
    CHECK(type == SOCK_DGRAM || listen(fd, 16) == 0);
    return fd;
}

static inline int talk_accept(int listener)
{
    int fd = accept(listener, NULL, NULL);

    CHECK(fd >= 0);
    return fd;
}

/* Connects a socket to whoever has the name, as soon as somebody has. */
static inline void talk_connect_to(int fd, const char *name)
{
    struct sockaddr_un address;
    socklen_t bytes = talk_address(&address, name);
    const struct timespec time = { .tv_nsec = TALK_RETRY_NS };

    for (int i = 0; connect(fd, (struct sockaddr *)&address, bytes) != 0;
         i++) {
        CHECK(errno == ECONNREFUSED && i < TALK_TRIES_MOST);
        CHECK(nanosleep(&time, NULL) == 0);
    }
}

static inline int talk_connect(int type, const char *name)
{
    int fd = socket(AF_UNIX, type, 0);

    CHECK(fd >= 0);
    talk_connect_to(fd, name);
    return fd;
}

/* One message, whole. */
static inline void talk_send(int fd, const void *message, size_t bytes)
{
    CHECK(send(fd, message, bytes, MSG_NOSIGNAL) == (ssize_t)bytes);
}

/* One message of up to `room` bytes; 0: the other end has closed. */
static inline size_t talk_receive(int fd, void *message, size_t room)
{
    ssize_t bytes = recv(fd, message, room, 0);

    CHECK(bytes >= 0);
    return (size_t)bytes;
}

/* All of it, into a stream. */
static inline void talk_write(int fd, const void *from, size_t bytes)
{
    for (size_t done = 0; done < bytes;) {
        ssize_t count = write(fd, (const char *)from + done, bytes - done);

        CHECK(count > 0);
        done += (size_t)count;
    }
}

#endif
