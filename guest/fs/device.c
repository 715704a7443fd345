/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The nodes in /dev, and the output streams of a process.
 *
 * Output leaves with its offset in the stream, which travels with the process:
 * whichever node a byte is written on, the host gets it exactly once.
 */
#include "drivers/migbridge.h"
#include "fs/device.h"
#include "fs/open_file.h"
#include "fs/ramdisk.h"
#include "lib/errno.h"
#include "lib/random.h"
#include "lib/string.h"
#include "mm/page.h"

static uint8_t bounce[MB_OUTPUT_MAX] __attribute__((aligned(MB_OUTPUT_MAX)));

/* The lower bytes of each number first; what is left of the last is lost. */
static void fill_random(uint64_t state[2], uint8_t *to, uint64_t bytes)
{
    for (uint64_t i = 0; i < bytes; i += sizeof(uint64_t)) {
        uint64_t number = random_next(state);
        uint64_t part = bytes - i;

        memcpy(to + i, &number,
               part < sizeof(number) ? part : sizeof(number));
    }
}

int64_t device_read_random(struct proc *proc, struct uio *uio)
{
    for (uint64_t done = 0; done < uio->bytes;) {
        uint64_t part = uio->bytes - done;

        part = part < sizeof(bounce) ? part : sizeof(bounce);
        fill_random(proc->random, bounce, part);
        uio_put(uio, bounce, part);
        done += part;
    }
    return (int64_t)uio->bytes;
}

static int64_t read_zeroes(struct uio *uio)
{
    memset(bounce, 0, sizeof(bounce));
    for (uint64_t done = 0; done < uio->bytes;) {
        uint64_t part = uio->bytes - done;

        part = part < sizeof(bounce) ? part : sizeof(bounce);
        uio_put(uio, bounce, part);
        done += part;
    }
    return (int64_t)uio->bytes;
}

static int64_t read_device(struct file *file, struct thread *thread,
                           struct uio *uio, uint64_t offset)
{
    uint32_t device = ramdisk_entry(file->node.index)->device;
    int64_t result;

    (void)offset;
    if (device == RAMDISK_DEV_NULL) {
        return 0;
    }
    result = uio_check(uio, uio->bytes, VM_WRITE);
    if (result != 0) {
        return result;
    }
    if (device == RAMDISK_DEV_RANDOM || device == RAMDISK_DEV_URANDOM) {
        return device_read_random(thread->proc, uio);
    }
    return read_zeroes(uio);
}

static int64_t write_device(struct file *file, struct thread *thread,
                            struct uio *uio, uint64_t offset)
{
    uint32_t device = ramdisk_entry(file->node.index)->device;

    (void)thread;
    (void)offset;
    return device == RAMDISK_DEV_FULL ? -ENOSPC : (int64_t)uio->bytes;
}

/* A stream opened for reading, through /dev/stdout: nothing ever comes. */
static int64_t read_stream(struct file *file, struct thread *thread,
                           struct uio *uio, uint64_t offset)
{
    (void)file;
    (void)thread;
    (void)uio;
    (void)offset;
    return 0;
}

static int64_t write_stream(struct file *file, struct thread *thread,
                            struct uio *uio, uint64_t offset)
{
    uint32_t stream = file->node.index;
    struct proc *proc = thread->proc;
    int64_t result = uio_check(uio, uio->bytes, VM_READ);

    (void)offset;
    if (result != 0) {
        return result;
    }
    for (uint64_t done = 0; done < uio->bytes;) {
        uint64_t part = uio->bytes - done;

        part = part < sizeof(bounce) ? part : sizeof(bounce);
        uio_get(uio, bounce, part);
        bridge_output(proc->pid, stream, proc->output_offset[stream], bounce,
                      (uint32_t)part);
        proc->output_offset[stream] += part;
        done += part;
    }
    return (int64_t)uio->bytes;
}

const struct file_ops device_ops = {
    .seekable = true,
    .read = read_device,
    .write = write_device,
};

const struct file_ops stream_ops = {
    .read = read_stream,
    .write = write_stream,
};
