/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What programs that check sockets have in common. Needs _GNU_SOURCE.
 */
#ifndef USER_SOCKET_CHECK_H
#define USER_SOCKET_CHECK_H

#include <errno.h>
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "check.h"

#define CHECK_ERROR(call, error) \
    do { \
        errno = 0; \
        CHECK((call) == -1); \
        check_equal(#call, (uint64_t)errno, error); \
    } while (0)

static inline socklen_t abstract(struct sockaddr_un *to, const char *name)
{
    memset(to, 0, sizeof(*to));
    to->sun_family = AF_UNIX;
    strcpy(to->sun_path + 1, name);
    return (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 +
                       strlen(name));
}

static inline int bound(int type, const char *name)
{
    struct sockaddr_un address;
    socklen_t bytes = abstract(&address, name);
    int fd = socket(AF_UNIX, type, 0);

    CHECK(fd >= 0);
    CHECK(bind(fd, (struct sockaddr *)&address, bytes) == 0);
    return fd;
}

static inline int connect_to(int fd, const char *name)
{
    struct sockaddr_un address;
    socklen_t bytes = abstract(&address, name);

    return connect(fd, (struct sockaddr *)&address, bytes);
}

#endif
