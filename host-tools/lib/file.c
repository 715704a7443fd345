/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Files that appear whole or not at all.
 */
#include "file.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <unistd.h>

#include "error.h"

bool file_write_all(int fd, const void *data, size_t bytes, uint64_t offset,
                    GError **error)
{
    const uint8_t *p = data;

    while (bytes > 0) {
        ssize_t done = pwrite(fd, p, bytes, (off_t)offset);
        if (done < 0 && errno == EINTR) {
            continue;
        }
        if (done < 0) {
            return godwit_fail_errno(error, "cannot write results");
        }
        p += done;
        offset += (uint64_t)done;
        bytes -= (size_t)done;
    }
    return true;
}

bool file_read_all(int fd, void *data, size_t bytes, uint64_t offset,
                   GError **error)
{
    uint8_t *p = data;

    while (bytes > 0) {
        ssize_t done = pread(fd, p, bytes, (off_t)offset);
        if (done < 0 && errno == EINTR) {
            continue;
        }
        if (done < 0) {
            return godwit_fail_errno(error, "cannot read results back");
        }
        if (done == 0) {
            return godwit_fail(error, "a results file was cut short");
        }
        p += done;
        offset += (uint64_t)done;
        bytes -= (size_t)done;
    }
    return true;
}

int file_open_unnamed(int folder_fd, GError **error)
{
    int fd = openat(folder_fd, ".", O_TMPFILE | O_RDWR | O_CLOEXEC, 0644);

    if (fd < 0) {
        fd = memfd_create("godwit-results", MFD_CLOEXEC);
    }
    if (fd < 0) {
        godwit_fail_errno(error, "cannot create a temporary file");
    }
    return fd;
}

/* For a file system without nameless files: the contents under their name in
 * one stroke as far as it goes. */
static bool copy_to_name(int fd, int folder_fd, const char *name,
                         GError **error)
{
    struct stat status;
    off_t offset = 0;
    int to = openat(folder_fd, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC,
                    0644);

    if (to < 0 || fstat(fd, &status) != 0) {
        godwit_fail_errno(error, "cannot create %s", name);
        if (to >= 0) {
            close(to);
        }
        return false;
    }
    while (offset < status.st_size) {
        ssize_t done = sendfile(to, fd, &offset,
                                (size_t)(status.st_size - offset));
        if (done <= 0 && errno != EINTR) {
            godwit_fail_errno(error, "cannot write %s", name);
            close(to);
            return false;
        }
    }
    close(to);
    return true;
}

bool file_publish(int fd, int folder_fd, const char *name, GError **error)
{
    char path[64];

    if (unlinkat(folder_fd, name, 0) != 0 && errno != ENOENT) {
        return godwit_fail_errno(error, "cannot replace %s", name);
    }
    g_snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
    if (linkat(AT_FDCWD, path, folder_fd, name, AT_SYMLINK_FOLLOW) == 0) {
        return true;
    }
    return copy_to_name(fd, folder_fd, name, error);
}

static bool publish(int folder_fd, const char *name, const void *data,
                    size_t bytes, GError **error)
{
    int fd = file_open_unnamed(folder_fd, error);

    if (fd < 0) {
        return false;
    }
    bool done = file_write_all(fd, data, bytes, 0, error) &&
        file_publish(fd, folder_fd, name, error);
    close(fd);
    return done;
}

bool file_publish_text(int folder_fd, const char *name, const char *text,
                       GError **error)
{
    return publish(folder_fd, name, text, strlen(text), error);
}

bool file_publish_bytes(int folder_fd, const char *name, GBytes *contents,
                        GError **error)
{
    gsize bytes;
    const void *data = g_bytes_get_data(contents, &bytes);

    return publish(folder_fd, name, data, bytes, error);
}
