/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Images that arrive: memory for those that come in more than one message, and
 * the process that is made of one. Memory exists before the first move (paper,
 * technique 5); a move without that technique gets memory of its own.
 */
#include <stddef.h>

#include "include/uapi/techniques.h"
#include "migrate/arrival_internal.h"
#include "migrate/image.h"
#include "mm/page.h"

struct arrival_image {
    uint8_t bytes[IMAGE_MAX];
    struct arrival_image *next;
};

static struct arrival_image images[IMAGES_MAX];
static struct arrival_image *free_images;

void arrival_images_init(void)
{
    for (unsigned i = 0; i < IMAGES_MAX; i++) {
        images[i].next = free_images;
        free_images = &images[i];
    }
}

bool arrival_has_image(void)
{
    return free_images != NULL;
}

void arrival_take_image(struct arrival *a)
{
    if (a->move.without & WITHOUT_PREALLOCATED) {
        a->fresh_pages = (uint32_t)((a->image_bytes + PAGE_MASK) >>
                                    PAGE_SHIFT);
        a->image = page_alloc_run(a->fresh_pages);
    }
    if (a->image == NULL) {
        struct arrival_image *image = free_images;

        free_images = image->next;
        a->fresh_pages = 0;
        a->image = image->bytes;
    }
}

void arrival_put_image(struct arrival *a)
{
    if (a->fresh_pages > 0) {
        page_put_run(a->image, a->fresh_pages);
    } else if (a->image != NULL) {
        struct arrival_image *image = (struct arrival_image *)a->image;

        image->next = free_images;
        free_images = image;
    }
    a->fresh_pages = 0;
    a->image = NULL;
}

/* -- unpacking -- */

/* The page tables of the stacks, while their pages are still on the wire. */
static void prepare(struct proc *proc)
{
    struct pages *space = &proc->vm->pages;

    for (const struct thread *t = proc->threads; t; t = t->sibling) {
        if (space->ops->prepare) {
            space->ops->prepare(space, t->frame.x[REG_SP] >> PAGE_SHIFT);
        }
    }
}

static int make_proc(struct arrival *a, const void *bytes)
{
    return image_decode(bytes, a->image_bytes, a->move.pid, a->move.epoch,
                        &a->proc);
}

/* With nothing that was made beforehand. */
static int make_proc_late(struct arrival *a, const void *bytes)
{
    int error;

    vm_hide_ready();
    error = make_proc(a, bytes);
    vm_show_ready();
    return error;
}

int arrival_unpack(struct arrival *a, const void *bytes)
{
    int error;

    if (a->move.without & WITHOUT_PREALLOCATED) {
        return make_proc_late(a, bytes);
    }
    error = make_proc(a, bytes);
    if (error == 0) {
        prepare(a->proc);
    }
    return error;
}
