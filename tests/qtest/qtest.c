/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A client for QEMU's qtest protocol (docs/devel/testing/qtest.rst there).
 */
#include "qtest.h"

#include <check.h>
#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define ARGUMENTS_MAX 64
/* A page as hexadecimal digits, and the command around it. */
#define LINE_MAX_BYTES (2 * 4096 + 64)

struct Qtest {
    pid_t pid;
    int fd;
    uint64_t now_ns;
    size_t filled;              /* bytes in `input` */
    size_t taken;               /* of these, handed out */
    char input[4096];
};

static void append(const char **argv, size_t *argc, const char *argument)
{
    ck_assert_uint_lt(*argc, ARGUMENTS_MAX - 1);
    argv[(*argc)++] = argument;
    argv[*argc] = NULL;
}

static void run_qemu(const char *const arguments[], int fd, pid_t parent)
{
    static const char *const common[] = {
        "-accel", "qtest", "-display", "none", "-nodefaults",
        "-monitor", "none", "-serial", "none", "-bios", "none",
        "-object", "qtest,id=qtest,chardev=wire,log=/dev/null",
    };
    const char *argv[ARGUMENTS_MAX];
    const char *qemu = getenv("GODWIT_QEMU");
    size_t argc = 0;
    char chardev[64];

    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent) {
        _exit(1);
    }
    append(argv, &argc, qemu);
    snprintf(chardev, sizeof(chardev), "socket,id=wire,fd=%d", fd);
    append(argv, &argc, "-chardev");
    append(argv, &argc, chardev);
    for (size_t i = 0; i < sizeof(common) / sizeof(common[0]); i++) {
        append(argv, &argc, common[i]);
    }
    for (size_t i = 0; arguments[i] != NULL; i++) {
        append(argv, &argc, arguments[i]);
    }
    /* Of use only if the emulator is built with sanitizers: it never frees
     * what lives as long as itself, but nothing else may be wrong. */
    setenv("ASAN_OPTIONS", "detect_leaks=0:abort_on_error=1", 1);
    execv(qemu, (char *const *)argv);
    fprintf(stderr, "%s: %s\n", qemu, strerror(errno));
    _exit(127);
}

Qtest *qtest_start(const char *const arguments[], int inherited_fd)
{
    Qtest *qtest = calloc(1, sizeof(*qtest));
    pid_t parent = getpid();
    int ends[2];

    ck_assert_msg(getenv("GODWIT_QEMU") != NULL,
                  "GODWIT_QEMU does not name the emulator to test");
    ck_assert_ptr_nonnull(qtest);
    ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
    qtest->pid = fork();
    ck_assert_int_ge(qtest->pid, 0);
    if (qtest->pid == 0) {
        int segment_fd = dup(inherited_fd);

        /* A copy under the same number, to be kept open in the emulator. */
        if (segment_fd < 0 || dup2(segment_fd, inherited_fd) < 0) {
            _exit(1);
        }
        close(segment_fd);
        close(ends[0]);
        run_qemu(arguments, ends[1], parent);
    }
    close(ends[1]);
    qtest->fd = ends[0];
    return qtest;
}

void qtest_expect_exit(Qtest *qtest, int exit_status)
{
    int status;

    ck_assert_int_eq(waitpid(qtest->pid, &status, 0), qtest->pid);
    ck_assert_msg(WIFEXITED(status) && WEXITSTATUS(status) == exit_status,
                  "the emulator ended with wait status 0x%x", status);
    close(qtest->fd);
    free(qtest);
}

void qtest_stop(Qtest *qtest)
{
    if (qtest != NULL) {
        kill(qtest->pid, SIGTERM);
        qtest_expect_exit(qtest, 0);
    }
}

/* -- lines -- */

static int next_char(Qtest *qtest)
{
    if (qtest->taken == qtest->filled) {
        ssize_t got = read(qtest->fd, qtest->input, sizeof(qtest->input));

        if (got <= 0) {
            return -1;
        }
        qtest->filled = (size_t)got;
        qtest->taken = 0;
    }
    return (unsigned char)qtest->input[qtest->taken++];
}

static void read_line(Qtest *qtest, char line[LINE_MAX_BYTES])
{
    size_t length = 0;
    int c;

    /* No assertion inside: Check notes each one that it passes. */
    while ((c = next_char(qtest)) >= 0 && c != '\n' &&
           length < LINE_MAX_BYTES - 1) {
        line[length++] = (char)c;
    }
    ck_assert_msg(c == '\n', "the emulator has gone, or talks too much");
    line[length] = '\0';
}

static void send_all(Qtest *qtest, const char *data, size_t length)
{
    while (length > 0) {
        ssize_t sent = send(qtest->fd, data, length, MSG_NOSIGNAL);

        ck_assert_msg(sent > 0, "the emulator has gone");
        data += sent;
        length -= (size_t)sent;
    }
}

/* Send one command, leave what follows "OK" in `answer`. */
__attribute__((format(printf, 3, 4)))
static void command(Qtest *qtest, char answer[LINE_MAX_BYTES],
                    const char *format, ...)
{
    char line[LINE_MAX_BYTES];
    va_list args;
    int length;

    va_start(args, format);
    length = vsnprintf(line, sizeof(line) - 1, format, args);
    va_end(args);
    ck_assert_int_lt(length, (int)sizeof(line) - 1);
    line[length++] = '\n';
    send_all(qtest, line, (size_t)length);

    read_line(qtest, answer);
    line[length - 1] = '\0';
    ck_assert_msg(strncmp(answer, "OK", 2) == 0, "'%.60s' was answered by '%s'",
                  line, answer);
    memmove(answer, answer + 2, strlen(answer + 2) + 1);
}

/* -- commands -- */

static char width_letter(unsigned bytes)
{
    switch (bytes) {
    case 1:
        return 'b';
    case 2:
        return 'w';
    case 4:
        return 'l';
    case 8:
        return 'q';
    default:
        ck_abort_msg("no access has %u bytes", bytes);
    }
}

uint64_t qtest_read(Qtest *qtest, unsigned bytes, uint64_t addr)
{
    char answer[LINE_MAX_BYTES];

    command(qtest, answer, "read%c 0x%" PRIx64, width_letter(bytes), addr);
    return strtoull(answer, NULL, 0);
}

void qtest_write(Qtest *qtest, unsigned bytes, uint64_t addr, uint64_t value)
{
    char answer[LINE_MAX_BYTES];

    command(qtest, answer, "write%c 0x%" PRIx64 " 0x%" PRIx64,
            width_letter(bytes), addr, value);
}

static unsigned hex_value(char digit)
{
    return (unsigned)(digit <= '9' ? digit - '0' : digit - 'a' + 10);
}

void qtest_memory_read(Qtest *qtest, uint64_t addr, void *buffer,
                       size_t length)
{
    char answer[LINE_MAX_BYTES];
    uint8_t *bytes = buffer;

    ck_assert_uint_le(length, 4096);
    if (length == 0) {
        return;
    }
    command(qtest, answer, "read 0x%" PRIx64 " 0x%zx", addr, length);
    /* " 0x", then two digits per byte */
    ck_assert_uint_eq(strlen(answer), 3 + 2 * length);
    for (size_t i = 0; i < length; i++) {
        bytes[i] = (uint8_t)(hex_value(answer[3 + 2 * i]) << 4 |
                             hex_value(answer[4 + 2 * i]));
    }
}

void qtest_memory_write(Qtest *qtest, uint64_t addr, const void *buffer,
                        size_t length)
{
    static const char hex[] = "0123456789abcdef";
    char answer[LINE_MAX_BYTES];
    char digits[2 * 4096 + 1];
    const uint8_t *bytes = buffer;

    ck_assert_uint_le(length, 4096);
    if (length == 0) {
        return;
    }
    for (size_t i = 0; i < length; i++) {
        digits[2 * i] = hex[bytes[i] >> 4];
        digits[2 * i + 1] = hex[bytes[i] & 15];
    }
    digits[2 * length] = '\0';
    command(qtest, answer, "write 0x%" PRIx64 " 0x%zx 0x%s", addr, length,
            digits);
}

uint64_t qtest_now(const Qtest *qtest)
{
    return qtest->now_ns;
}

void qtest_step(Qtest *qtest, uint64_t ns)
{
    char answer[LINE_MAX_BYTES];

    command(qtest, answer, "clock_step %" PRIu64, ns);
    qtest->now_ns += ns;
    ck_assert_uint_eq(strtoull(answer, NULL, 0), qtest->now_ns);
}

void qtest_step_to(Qtest *qtest, uint64_t time_ns)
{
    ck_assert_uint_ge(time_ns, qtest->now_ns);
    if (time_ns > qtest->now_ns) {
        qtest_step(qtest, time_ns - qtest->now_ns);
    }
}
