/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * System calls on files and memory answer as Linux documents it, errors
 * included. Runs on Linux itself as well, as root: that is what it is checked
 * against.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/select.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

#include "check.h"

#define PAGE        4096ul
/* what Linux adds on a 64-bit machine, where the C library says 0 */
#define KERNEL_O_LARGEFILE  0100000

static volatile int minus_one = -1;     /* not known to the compiler */

/* The call fails with this error. */
#define FAILS(call, error) \
    do { \
        errno = 0; \
        if ((long)(call) != -1 || errno != (error)) { \
            fail("%s:%d: %s: %s", __FILE__, __LINE__, #call, \
                 strerror(errno)); \
        } \
    } while (0)

static void check_open(void)
{
    int fd = open("a", O_RDWR | O_CREAT | O_EXCL, 0640);
    struct stat st;

    CHECK(fd >= 0);
    FAILS(open("a", O_RDWR | O_CREAT | O_EXCL, 0600), EEXIST);
    FAILS(open("b", O_RDWR), ENOENT);
    FAILS(open("", O_RDONLY), ENOENT);
    FAILS(open("a/b", O_RDONLY), ENOTDIR);
    FAILS(open("a", O_RDONLY | O_DIRECTORY), ENOTDIR);
    FAILS(open(".", O_RDWR), EISDIR);
    FAILS(open("no/a", O_RDWR | O_CREAT, 0600), ENOENT);
    FAILS(open("a/", O_RDONLY), ENOTDIR);
    FAILS(openat(99, "a", O_RDONLY), EBADF);
    FAILS(openat(fd, "a", O_RDONLY), ENOTDIR);
    CHECK(fstat(fd, &st) == 0 && st.st_mode == (S_IFREG | 0640));
    CHECK(st.st_size == 0 && st.st_nlink == 1);
    FAILS(close(99), EBADF);
    CHECK(close(fd) == 0);
    FAILS(close(fd), EBADF);
    FAILS(fstat(fd, &st), EBADF);
}

static void check_read_write(void)
{
    int fd = open("a", O_RDONLY);
    int out = open("a", O_WRONLY | O_APPEND);
    char written[] = "12345";
    struct iovec pieces[3] = { { written, 2 }, { NULL, 0 },
                               { written + 2, 3 } };
    char text[16];

    FAILS(write(fd, "x", 1), EBADF);
    FAILS(read(out, text, 1), EBADF);
    CHECK(writev(out, pieces, 3) == 5 && pwrite(out, "", 0, 3) == 0);
    FAILS(writev(out, pieces, minus_one), EINVAL);
    FAILS(pread(fd, text, 1, -1), EINVAL);
    CHECK(read(fd, text, sizeof(text)) == 5);
    CHECK(memcmp(text, "12345", 5) == 0 && read(fd, text, 1) == 0);
    CHECK(lseek(fd, -2, SEEK_END) == 3 && lseek(fd, 1, SEEK_CUR) == 4);
    FAILS(lseek(fd, -5, SEEK_CUR), EINVAL);
    FAILS(lseek(fd, 0, 99), EINVAL);
    CHECK(lseek(fd, 100, SEEK_SET) == 100 && read(fd, text, 1) == 0);
    FAILS(ftruncate(fd, 1), EINVAL);
    FAILS(ftruncate(out, -1), EINVAL);
    FAILS(ioctl(fd, TCGETS, text), ENOTTY);
    CHECK(fcntl(out, F_GETFL) == (O_WRONLY | O_APPEND | KERNEL_O_LARGEFILE));
    CHECK(fcntl(out, F_SETFL, O_NONBLOCK) == 0);
    CHECK((fcntl(out, F_GETFL) & (O_NONBLOCK | O_APPEND)) == O_NONBLOCK);
    CHECK(close(fd) == 0 && close(out) == 0);
}

static void check_descriptors(void)
{
    int fd = open("a", O_RDONLY | O_CLOEXEC);
    int twin = dup(fd);

    CHECK(twin > fd && fcntl(fd, F_GETFD) == FD_CLOEXEC);
    CHECK(fcntl(twin, F_GETFD) == 0);
    CHECK(fcntl(fd, F_DUPFD_CLOEXEC, 30) == 30);
    CHECK(fcntl(30, F_GETFD) == FD_CLOEXEC);
    CHECK(dup2(fd, fd) == fd && dup2(fd, 40) == 40);
    FAILS(dup3(fd, fd, 0), EINVAL);
    FAILS(dup2(99, 3), EBADF);
    FAILS(dup(-1), EBADF);
    FAILS(fcntl(fd, 9999), EINVAL);
    CHECK(lseek(twin, 3, SEEK_SET) == 3 && lseek(40, 0, SEEK_CUR) == 3);
    CHECK(close(fd) == 0 && close(twin) == 0 && close(30) == 0 &&
          close(40) == 0);
}

static void check_names(void)
{
    struct stat st;
    char text[64];

    CHECK(mkdir("d", 0755) == 0 && mkdir("d/e", 0700) == 0);
    FAILS(mkdir("d", 0755), EEXIST);
    FAILS(mkdir("no/d", 0755), ENOENT);
    FAILS(rmdir("d"), ENOTEMPTY);
    FAILS(rmdir("a"), ENOTDIR);
    FAILS(unlink("d"), EISDIR);
    FAILS(unlink("no"), ENOENT);
    FAILS(rename("a", "d"), EISDIR);
    FAILS(rename("d", "a"), ENOTDIR);
    FAILS(rename("d", "d/e/f"), EINVAL);
    FAILS(rename("no", "x"), ENOENT);
    FAILS(renameat2(AT_FDCWD, "a", AT_FDCWD, "d", RENAME_NOREPLACE), EEXIST);
    CHECK(rename("a", "d/a") == 0 && rename("d/a", "d/a") == 0);
    CHECK(symlink("d/../d/a", "l") == 0);
    FAILS(symlink("x", "l"), EEXIST);
    CHECK(readlink("l", text, sizeof(text)) == 8);
    CHECK(readlink("l", text, 3) == 3);
    FAILS(readlink("d", text, sizeof(text)), EINVAL);
    CHECK(stat("l", &st) == 0 && S_ISREG(st.st_mode));
    CHECK(lstat("l", &st) == 0 && S_ISLNK(st.st_mode) && st.st_size == 8);
    FAILS(open("l", O_RDONLY | O_NOFOLLOW), ELOOP);
    CHECK(symlink("m", "m") == 0);
    FAILS(open("m", O_RDONLY), ELOOP);
    CHECK(symlink("gone", "g") == 0);
    FAILS(stat("g", &st), ENOENT);
    CHECK(chmod("d/a", 04711) == 0 && stat("d/a", &st) == 0 &&
          st.st_mode == (S_IFREG | 04711));
    FAILS(access("no", F_OK), ENOENT);
    CHECK(access("d/a", R_OK | W_OK | X_OK) == 0);
    CHECK(chmod("d/a", 0600) == 0);
    FAILS(access("d/a", X_OK), EACCES);
    CHECK(unlink("l") == 0 && unlink("m") == 0 && unlink("g") == 0);
    CHECK(rename("d/a", "a") == 0 && rmdir("d/e") == 0 && rmdir("d") == 0);
}

static void check_times(void)
{
    const struct timespec times[2] = { { 12, 34 }, { 56, 78 } };
    const struct timespec partly[2] = { { 0, UTIME_OMIT }, { 90, 0 } };
    const struct timespec wrong[2] = { { 0, -1 }, { 0, 0 } };
    struct stat st;

    CHECK(utimensat(AT_FDCWD, "a", times, 0) == 0 && stat("a", &st) == 0);
    CHECK(st.st_atim.tv_sec == 12 && st.st_mtim.tv_nsec == 78);
    CHECK(utimensat(AT_FDCWD, "a", partly, 0) == 0 && stat("a", &st) == 0);
    CHECK(st.st_atim.tv_sec == 12 && st.st_mtim.tv_sec == 90);
    FAILS(utimensat(AT_FDCWD, "a", wrong, 0), EINVAL);
    FAILS(nanosleep(&wrong[0], NULL), EINVAL);
    CHECK(clock_nanosleep(77, 0, &times[0], NULL) == EINVAL);
}

static void check_memory(void)
{
    int fd = open("a", O_RDONLY);
    char *at = mmap(NULL, 3 * PAGE, PROT_READ | PROT_WRITE,
                    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    CHECK(fd >= 0 && at != MAP_FAILED);
    FAILS(mmap(NULL, 0, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0),
          EINVAL);
    FAILS(mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE, 99, 0), EBADF);
    FAILS(mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE, fd, 1), EINVAL);
    FAILS(mmap(NULL, PAGE, PROT_READ, MAP_ANONYMOUS, -1, 0), EINVAL);
    FAILS(mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0),
          EACCES);
    FAILS(mmap(at, PAGE, PROT_READ,
               MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0),
          EEXIST);
    FAILS(munmap(at + 1, PAGE), EINVAL);
    FAILS(munmap(at, 0), EINVAL);
    FAILS(mprotect(at + 1, PAGE, PROT_READ), EINVAL);
    CHECK(munmap(at + PAGE, PAGE) == 0);
    FAILS(mprotect(at, 3 * PAGE, PROT_READ), ENOMEM);
    FAILS(madvise(at, 3 * PAGE, MADV_DONTNEED), ENOMEM);
    FAILS(madvise(at + 1, PAGE, MADV_DONTNEED), EINVAL);
    FAILS(mremap(at, PAGE, 0, 0), EINVAL);
    FAILS(mremap(at + PAGE, PAGE, 2 * PAGE, MREMAP_MAYMOVE), EFAULT);
    CHECK(munmap(at, 3 * PAGE) == 0 && munmap(at, 3 * PAGE) == 0);
    CHECK(close(fd) == 0);
}

static void check_waits(void)
{
    int fd = open("a", O_RDWR);
    struct pollfd polls[3] = {
        { fd, POLLIN | POLLOUT, 0 }, { 99, POLLIN, 0 }, { -1, POLLIN, 0 },
    };
    struct timeval none = { 0, 0 };
    fd_set set;

    CHECK(poll(polls, 3, -1) == 2);
    CHECK(polls[0].revents == (POLLIN | POLLOUT));
    CHECK(polls[1].revents == POLLNVAL && polls[2].revents == 0);
    CHECK(poll(&polls[2], 1, 1) == 0);
    FD_ZERO(&set);
    FD_SET(fd, &set);
    CHECK(select(fd + 1, &set, NULL, NULL, &none) == 1 && FD_ISSET(fd, &set));
    FD_SET(50, &set);
    FAILS(select(51, &set, NULL, NULL, &none), EBADF);
    CHECK(close(fd) == 0);
}

static void check_rest(void)
{
    struct utsname name;
    struct rlimit limit;
    char path[4];

    CHECK(uname(&name) == 0 && strcmp(name.sysname, "Linux") == 0);
    CHECK(getrlimit(RLIMIT_STACK, &limit) == 0 && limit.rlim_cur == 8 << 20);
    FAILS(getrlimit(99, &limit), EINVAL);
    CHECK(getcwd(path, 3) == NULL && errno == ERANGE);
    FAILS(chdir("a"), ENOTDIR);
    FAILS(chdir("no"), ENOENT);
    CHECK(umask(077) == 022 && umask(022) == 077);
    FAILS(kill(getpid(), 99), EINVAL);
    FAILS(kill(99999999, 0), ESRCH);
    CHECK(kill(getpid(), 0) == 0);
}

int main(int argc, char **argv)
{
    unsigned long turns = rounds(argc, argv, 40);

    CHECK(mkdir("/tmp/calls", 0755) == 0 && chdir("/tmp/calls") == 0);
    umask(022);
    for (unsigned long turn = 0; turn < turns; turn++) {
        check_open();
        check_read_write();
        check_descriptors();
        check_names();
        check_times();
        check_memory();
        check_waits();
        check_rest();
        CHECK(unlink("a") == 0);
    }
    CHECK(chdir("/") == 0 && rmdir("/tmp/calls") == 0);
    return pass("calls", turns);
}
