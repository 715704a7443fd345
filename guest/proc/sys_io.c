/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * System calls that move bytes: read, write and their relatives.
 */
#include "fs/open_file.h"
#include "fs/uio.h"
#include "include/uapi/linux-abi.h"
#include "lib/errno.h"
#include "proc/syscalls.h"

#define SENDFILE_CHUNK  (64u << 10)

/* Where a call's offset comes from. */
enum position { AT_FILE, AT_ARGUMENT };

static struct linux_iovec pieces[LINUX_IOV_MAX];

/* A call that is run again goes on from where it began. */
static uint64_t start_of(const struct thread *thread, uint64_t offset)
{
    return thread->restart.begun ? thread->restart.offset : offset;
}

static int64_t do_read(struct thread *thread, struct file *file,
                       struct uio *uio, enum position position,
                       uint64_t offset)
{
    const struct file_ops *ops = file_ops_of(file);
    int64_t count;

    if ((file->flags & LINUX_O_ACCMODE) == LINUX_O_WRONLY ||
        (file->flags & LINUX_O_PATH) != 0) {
        return -EBADF;
    }
    if (position == AT_ARGUMENT && !ops->seekable) {
        return -ESPIPE;
    }
    if (ops->read == NULL) {
        return -EINVAL;
    }
    if (position == AT_FILE) {
        offset = file->offset;
    }
    offset = start_of(thread, offset);
    count = ops->read(file, thread, uio, offset);
    if (count > 0 && position == AT_FILE && ops->seekable) {
        file->offset = offset + (uint64_t)count;
    }
    return count;
}

static int64_t do_write(struct thread *thread, struct file *file,
                        struct uio *uio, enum position position,
                        uint64_t offset)
{
    const struct file_ops *ops = file_ops_of(file);
    int64_t count;

    if ((file->flags & LINUX_O_ACCMODE) == LINUX_O_RDONLY ||
        (file->flags & LINUX_O_PATH) != 0) {
        return -EBADF;
    }
    if (position == AT_ARGUMENT && !ops->seekable) {
        return -ESPIPE;
    }
    if (ops->write == NULL) {
        return -EINVAL;
    }
    if (position == AT_FILE) {
        offset = file->offset;
    }
    if ((file->flags & LINUX_O_APPEND) != 0 && !thread->restart.begun) {
        count = file_size(thread, file, &offset);
        if (count != 0) {
            return count;
        }
    }
    offset = start_of(thread, offset);
    count = ops->write(file, thread, uio, offset);
    offset = start_of(thread, offset);      /* an append may be elsewhere */
    if (count > 0 && position == AT_FILE && ops->seekable) {
        file->offset = offset + (uint64_t)count;
    }
    return count;
}

typedef int64_t transfer_fn(struct thread *thread, struct file *file,
                            struct uio *uio, enum position position,
                            uint64_t offset);

/* One buffer. */
static int64_t transfer_buffer(struct thread *thread, const uint64_t a[6],
                               transfer_fn *transfer, enum position position)
{
    struct file *file = files_get(thread->proc->files, a[0]);
    struct linux_iovec piece = { a[1], a[2] };
    struct uio uio;
    int error;

    if (file == NULL) {
        return -EBADF;
    }
    if (position == AT_ARGUMENT && (int64_t)a[3] < 0) {
        return -EINVAL;
    }
    error = uio_init(&uio, thread, &piece, 1);
    return error != 0 ? error : transfer(thread, file, &uio, position, a[3]);
}

/* A list of buffers. */
static int64_t transfer_vector(struct thread *thread, const uint64_t a[6],
                               transfer_fn *transfer, enum position position)
{
    struct file *file = files_get(thread->proc->files, a[0]);
    struct vm *vm = thread->proc->vm;
    uint64_t bytes = a[2] * sizeof(pieces[0]);
    struct uio uio;
    int64_t result;

    if (file == NULL) {
        return -EBADF;
    }
    if (a[2] > LINUX_IOV_MAX ||
        (position == AT_ARGUMENT && (int64_t)a[3] < 0)) {
        return -EINVAL;
    }
    result = syscall_user(thread, vm_user_check(vm, a[1], bytes, VM_READ));
    if (result != 0) {
        return result;
    }
    (void)vm_user_read(vm, pieces, a[1], bytes);
    result = uio_init(&uio, thread, pieces, (uint32_t)a[2]);
    return result != 0 ? result :
                         transfer(thread, file, &uio, position, a[3]);
}

int64_t sys_read(struct thread *thread, const uint64_t a[6])
{
    return transfer_buffer(thread, a, do_read, AT_FILE);
}

int64_t sys_write(struct thread *thread, const uint64_t a[6])
{
    return transfer_buffer(thread, a, do_write, AT_FILE);
}

int64_t sys_pread64(struct thread *thread, const uint64_t a[6])
{
    return transfer_buffer(thread, a, do_read, AT_ARGUMENT);
}

int64_t sys_pwrite64(struct thread *thread, const uint64_t a[6])
{
    return transfer_buffer(thread, a, do_write, AT_ARGUMENT);
}

int64_t sys_readv(struct thread *thread, const uint64_t a[6])
{
    return transfer_vector(thread, a, do_read, AT_FILE);
}

int64_t sys_writev(struct thread *thread, const uint64_t a[6])
{
    return transfer_vector(thread, a, do_write, AT_FILE);
}

int64_t sys_preadv(struct thread *thread, const uint64_t a[6])
{
    return transfer_vector(thread, a, do_read, AT_ARGUMENT);
}

int64_t sys_pwritev(struct thread *thread, const uint64_t a[6])
{
    return transfer_vector(thread, a, do_write, AT_ARGUMENT);
}

/*
 * Reads a chunk into the kernel and writes it from there. Reading changes
 * nothing but the offset, which moves when the write has happened; so the call
 * can wait in either half. Fewer bytes than asked for are a legal answer.
 */
int64_t sys_sendfile(struct thread *thread, const uint64_t a[6])
{
    static uint8_t chunk[SENDFILE_CHUNK];
    struct file *out = files_get(thread->proc->files, a[0]);
    struct file *in = files_get(thread->proc->files, a[1]);
    struct linux_iovec piece = { (uint64_t)chunk, a[3] };
    struct vm *vm = thread->proc->vm;
    enum position position = a[2] != 0 ? AT_ARGUMENT : AT_FILE;
    uint64_t offset;
    struct uio uio;
    int64_t count;

    if (in == NULL || out == NULL) {
        return -EBADF;
    }
    if ((in->kind != FILE_LOWER && in->kind != FILE_UPPER) ||
        out->kind == FILE_SERVED) {
        return -EINVAL;
    }
    offset = in->offset;
    if (position == AT_ARGUMENT) {
        int64_t result = syscall_user(thread,
            vm_user_check(vm, a[2], sizeof(offset), VM_READ | VM_WRITE));

        if (result != 0) {
            return result;
        }
        (void)vm_user_read(vm, &offset, a[2], sizeof(offset));
    }
    if (piece.bytes > sizeof(chunk)) {
        piece.bytes = sizeof(chunk);
    }
    (void)uio_init(&uio, NULL, &piece, 1);
    count = do_read(thread, in, &uio, AT_ARGUMENT, offset);
    if (count <= 0) {
        return count;
    }
    piece.bytes = (uint64_t)count;
    (void)uio_init(&uio, NULL, &piece, 1);
    count = do_write(thread, out, &uio, AT_FILE, 0);
    if (count <= 0) {
        return count;
    }
    offset += (uint64_t)count;
    if (position == AT_FILE) {
        in->offset = offset;
    } else {
        (void)vm_user_write(vm, a[2], &offset, sizeof(offset));
    }
    return count;
}

int64_t sys_lseek(struct thread *thread, const uint64_t a[6])
{
    struct file *file = files_get(thread->proc->files, a[0]);
    int64_t offset = (int64_t)a[1];
    uint64_t size = 0;
    int64_t result = 0;
    int64_t base;

    if (file == NULL) {
        return -EBADF;
    }
    if (!file_ops_of(file)->seekable) {
        return -ESPIPE;
    }
    if ((int)a[2] >= LINUX_SEEK_END) {
        result = file_size(thread, file, &size);
    }
    if (result != 0) {
        return result;
    }
    switch ((int)a[2]) {
    case LINUX_SEEK_SET:
        base = 0;
        break;
    case LINUX_SEEK_CUR:
        base = (int64_t)file->offset;
        break;
    case LINUX_SEEK_END:
        base = (int64_t)size;
        break;
    case LINUX_SEEK_DATA:
    case LINUX_SEEK_HOLE:
        /* a file without holes: data up to the end, one hole behind it */
        base = (int64_t)size;
        if (offset < 0 || offset >= base) {
            return -ENXIO;
        }
        if ((int)a[2] == LINUX_SEEK_DATA) {
            base = offset;
        }
        offset = 0;
        break;
    default:
        return -EINVAL;
    }
    if (offset > INT64_MAX - base || base + offset < 0) {
        return -EINVAL;
    }
    file->offset = (uint64_t)(base + offset);
    return base + offset;
}
