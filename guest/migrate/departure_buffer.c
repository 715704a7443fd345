/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Memory for images and maps that leave. It exists before the first move
 * (paper, technique 5), and so bounds how many processes leave at a time. A
 * move without that technique gets memory for its image when it has to be
 * written: a page full of zeroes, or twice as many if that was not enough.
 */
#include <stddef.h>

#include "include/uapi/techniques.h"
#include "lib/errno.h"
#include "migrate/departure_internal.h"
#include "migrate/image.h"
#include "mm/page.h"

struct buffer_memory {
    uint8_t image[IMAGE_MAX] __attribute__((aligned(PAGE_SIZE)));
    struct mb_page_run runs[MAP_RUNS] __attribute__((aligned(PAGE_SIZE)));
    struct change_runs change_runs[2];
};

struct departure_buffer *departure_free_buffers;

static struct buffer_memory memory[LEAVING_MAX];
static struct departure_buffer buffers[LEAVING_MAX];

void departure_buffers_init(void)
{
    for (unsigned i = 0; i < LEAVING_MAX; i++) {
        buffers[i].image = memory[i].image;
        buffers[i].runs = memory[i].runs;
        buffers[i].change_runs = memory[i].change_runs;
        buffers[i].next = departure_free_buffers;
        departure_free_buffers = &buffers[i];
    }
}

void departure_take_buffer(struct departure *d)
{
    d->buffer = departure_free_buffers;
    departure_free_buffers = d->buffer->next;
}

void departure_put_buffer(struct departure *d)
{
    struct departure_buffer *buffer = d->buffer;

    if (buffer == NULL) {
        return;
    }
    if (buffer->fresh_pages > 0) {
        page_put_run(buffer->image, buffer->fresh_pages);
        buffer->fresh_pages = 0;
        buffer->image = memory[buffer - buffers].image;
    }
    d->buffer = NULL;
    buffer->next = departure_free_buffers;
    departure_free_buffers = buffer;
    departure_consider_all();
}

static int64_t encode_late(struct departure_buffer *buffer, struct proc *proc)
{
    for (uint32_t pages = 1;; pages *= 2) {
        uint8_t *image = page_alloc_run(pages);
        int64_t bytes;

        if (image == NULL) {
            return -ENOMEM;
        }
        bytes = image_encode(proc, image, pages * PAGE_SIZE);
        if (bytes >= 0) {
            buffer->image = image;
            buffer->fresh_pages = pages;
            return bytes;
        }
        page_put_run(image, pages);
        if (bytes != -ENOSPC || pages * PAGE_SIZE >= IMAGE_MAX) {
            return bytes;
        }
    }
}

int64_t departure_encode(struct departure *d)
{
    if (d->move.without & WITHOUT_PREALLOCATED) {
        return encode_late(d->buffer, d->proc);
    }
    return image_encode(d->proc, d->buffer->image, IMAGE_MAX);
}
