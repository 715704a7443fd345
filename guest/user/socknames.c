/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Names of sockets, and what is refused. Runs on Linux, too.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "socket-check.h"

/* -- what is refused -- */

static void check_errors(void)
{
    struct sockaddr_un address;
    socklen_t bytes = abstract(&address, "nobody");
    int value = 0;
    socklen_t length = sizeof(value);
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    int datagram = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);

    CHECK_ERROR(socket(AF_INET + 100, SOCK_STREAM, 0), EAFNOSUPPORT);
    CHECK_ERROR(socket(AF_UNIX, 4, 0), ESOCKTNOSUPPORT);
    CHECK_ERROR(socket(AF_UNIX, SOCK_STREAM, 7), EPROTONOSUPPORT);
    CHECK_ERROR(connect(fd, (struct sockaddr *)&address, bytes),
                ECONNREFUSED);
    CHECK_ERROR(sendto(datagram, "x", 1, 0, (struct sockaddr *)&address,
                       bytes), ECONNREFUSED);
    CHECK_ERROR(send(datagram, "x", 1, 0), ENOTCONN);
    CHECK_ERROR(send(fd, "x", 1, MSG_NOSIGNAL), ENOTCONN);
    CHECK_ERROR(recv(fd, &value, 1, 0), EINVAL);
    CHECK_ERROR(recv(datagram, &value, 1, MSG_DONTWAIT), EAGAIN);
    CHECK_ERROR(accept(fd, NULL, NULL), EINVAL);
    CHECK_ERROR(accept(datagram, NULL, NULL), EOPNOTSUPP);
    CHECK_ERROR(listen(fd, 1), EINVAL);
    CHECK_ERROR(listen(datagram, 1), EOPNOTSUPP);
    CHECK_ERROR(getpeername(fd, (struct sockaddr *)&address, &bytes),
                ENOTCONN);
    CHECK_ERROR(lseek(fd, 0, SEEK_SET), ESPIPE);
    CHECK_ERROR(send(STDOUT_FILENO, "x", 1, 0), ENOTSOCK);
    CHECK_ERROR(send(63, "x", 1, 0), EBADF);
    CHECK_ERROR(getsockopt(fd, SOL_SOCKET, 999, &value, &length),
                ENOPROTOOPT);
    CHECK(getsockopt(fd, SOL_SOCKET, SO_TYPE, &value, &length) == 0);
    CHECK(value == SOCK_STREAM);
    CHECK(getsockopt(fd, SOL_SOCKET, SO_ERROR, &value, &length) == 0);
    CHECK(value == 0);
    CHECK(close(fd) == 0 && close(datagram) == 0);
}

/* -- names -- */

static void check_names(void)
{
    struct sockaddr_un address;
    socklen_t bytes = sizeof(address);
    struct stat status;
    int fd = bound(SOCK_DGRAM, "name");
    int second = socket(AF_UNIX, SOCK_DGRAM, 0);

    CHECK(getsockname(fd, (struct sockaddr *)&address, &bytes) == 0);
    CHECK(bytes == offsetof(struct sockaddr_un, sun_path) + 5);
    CHECK(memcmp(address.sun_path, "\0name", 5) == 0);
    CHECK_ERROR(bind(second, (struct sockaddr *)&address, bytes), EADDRINUSE);
    CHECK_ERROR(bind(fd, (struct sockaddr *)&address, bytes), EINVAL);
    CHECK(fstat(fd, &status) == 0 && S_ISSOCK(status.st_mode));
    CHECK(close(fd) == 0);
    CHECK(bind(second, (struct sockaddr *)&address, bytes) == 0);
    CHECK(close(second) == 0);

    /* an unbound one is asked for a name of its own */
    fd = socket(AF_UNIX, SOCK_DGRAM, 0);
    address.sun_family = AF_UNIX;
    CHECK(bind(fd, (struct sockaddr *)&address, sizeof(sa_family_t)) == 0);
    bytes = sizeof(address);
    CHECK(getsockname(fd, (struct sockaddr *)&address, &bytes) == 0);
    CHECK(bytes > sizeof(sa_family_t) + 1 && address.sun_path[0] == '\0');
    CHECK(close(fd) == 0);

    /* a path */
    fd = socket(AF_UNIX, SOCK_STREAM, 0);
    (void)unlink("/tmp/check-sockets");
    address.sun_family = AF_UNIX;
    strcpy(address.sun_path, "/tmp/check-sockets");
    CHECK(bind(fd, (struct sockaddr *)&address, sizeof(address)) == 0);
    CHECK(listen(fd, 1) == 0);
    second = socket(AF_UNIX, SOCK_STREAM, 0);
    CHECK(connect(second, (struct sockaddr *)&address, sizeof(address)) == 0);
    bytes = sizeof(address);
    CHECK(getpeername(second, (struct sockaddr *)&address, &bytes) == 0);
    CHECK(strcmp(address.sun_path, "/tmp/check-sockets") == 0);
    CHECK(bytes == offsetof(struct sockaddr_un, sun_path) + 19);
    CHECK(close(second) == 0 && close(fd) == 0);
}

int main(int argc, char **argv)
{
    unsigned long turns = rounds(argc, argv, 8);

    for (unsigned long i = 0; i < turns; i++) {
        check_errors();
        check_names();
    }
    return pass("socknames", turns);
}
