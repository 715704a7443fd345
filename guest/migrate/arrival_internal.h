/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Arrivals, what arrival.c, arrival_resume.c and paging.c share.
 */
#ifndef MIGRATE_ARRIVAL_INTERNAL_H
#define MIGRATE_ARRIVAL_INTERNAL_H

#include "migrate/arrival.h"

/* At boot. */
void arrival_images_init(void);
void arrival_resume_init(void);

/* Room for an image that is longer than a message; taken while there is. */
bool arrival_has_image(void);
void arrival_take_image(struct arrival *arrival);
/* Gives it back, if it has one. */
void arrival_put_image(struct arrival *arrival);
/* Makes the process that the image describes. 0 or -errno. */
int arrival_unpack(struct arrival *arrival, const void *bytes);

/* The arrival that a message is about, or NULL. */
struct arrival *arrival_match(const struct mb_msg *msg);
/* The first message about a process: opens a slot, or refuses it. NULL: there
 * is none. */
struct arrival *arrival_begin(const struct mb_msg *msg);
void arrival_send(const struct move *move, enum mb_msg_type type,
                  uint64_t arg);
/* Refuses the process before it has run here. */
void arrival_reject(struct arrival *arrival, int error);
/* A slot for the process that the first message about it announces; NULL: it
 * has been refused. */
struct arrival *arrival_begin(const struct mb_msg *msg);
/* A page of a round; true: it was kept. May refuse the process. */
bool arrival_collect(struct arrival *arrival, const struct mb_msg *msg,
                     void *page, uint32_t length, bool may_keep);
/* What was collected becomes the process's. -ENOMEM. */
int arrival_install_collected(struct arrival *arrival);
/* The last critical message has come: the process runs. */
void arrival_resume(struct arrival *arrival, struct instant received);
/* Acknowledges the resume and lets messages in again. */
void arrival_settled(struct arrival *arrival);
/* The thread has been in user mode: if it is the first, the process has
 * resumed. May free the arrival. */
void arrival_has_run(struct arrival *arrival, struct thread *thread);
/* Whether something is expected of the source may have changed. */
void arrival_review(struct arrival *arrival);
/* -- arrival_store.c: what is missing is at the file server -- */
/* Tells it, as arrival_send the source. */
void arrival_send_store(const struct arrival *arrival, enum mb_msg_type type);
/* The source has nothing of it any more, the file server that many pages. */
void arrival_left(struct arrival *arrival, uint64_t stored_count);
/* The file server has nothing of it any more; it is lost. */
void arrival_store_drained(struct arrival *arrival);
void arrival_store_lost(struct arrival *arrival);
/* Whether a page is, or may be, at another node. */
bool arrival_awaits_pages(struct proc *proc);
/* The source is lost (ipc/peer.h). */
void arrival_source_lost(struct arrival *arrival);
/* Nothing more has to come. */
void arrival_set_drained(struct arrival *arrival);

/* Who is asked for a page. */
uint32_t arrival_pager(const struct arrival *arrival);
/* Asks for a page: whoever has it, as far as is known here. */
void paging_request(const struct arrival *arrival, uint64_t tag,
                    uint32_t object, uint64_t index);
/* The source has let go of it, and sends what is left. */
bool arrival_is_committed(const struct arrival *arrival);
/* The index in a thread's wait_key for a page. */
#define PAGING_INDEX_MASK   ((1ull << WAIT_OBJECT_SHIFT) - 1)
/* What the thread waits for is there; it is about to be woken. */
void paging_end_wait(struct arrival *arrival, struct thread *thread,
                     struct instant now);
/* Whether some thread waits for a page that was asked for. */
bool paging_waits(const struct arrival *arrival);
/* Frees it, if it is over. */
void arrival_progress(struct arrival *arrival);
/* A page or the map could not be put in place after the resume: the process
 * cannot go on without it and is ended. */
void arrival_fail(struct arrival *arrival, int error);
/* Gives the slot back. */
void arrival_free(struct arrival *arrival);
void arrival_settle_expired(struct timer *timer);

#endif
