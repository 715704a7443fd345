/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The target's side of a migration. States (docs/migration.md):
 *
 *   ROUNDS --> IMAGE --> CRITICAL --> NOTING --> RUNNING --> (free)
 *     |          |          |  `-------------------'  `--> ENDED --> (free)
 *     `----------`----------`--> (rejected: free)
 *
 * ROUNDS, if pages travel ahead: they are collected, the process runs at the
 * source. IMAGE: the state is being collected. CRITICAL: the process exists, frozen;
 * pages come that it needs to run. NOTING: all of it is here, and it runs when
 * its home says so (migrate/home.h). RUNNING: it runs here, the source may still
 * hold pages. ENDED: it has exited, late pages are swallowed. RUNNING and ENDED
 * end when the source has said that nothing is left there, the file server, if
 * it has pages, as well, and the resume has been seen.
 *
 * Invariant: a process with remote pages, or that may have some, has an
 * arrival, and cannot move on.
 */
#ifndef MIGRATE_ARRIVAL_H
#define MIGRATE_ARRIVAL_H

#include <stdbool.h>
#include <stdint.h>

#include "hw/abi/message.h"
#include "hw/abi/ring.h"
#include "migrate/locality.h"
#include "migrate/marks.h"
#include "proc/proc.h"
#include "proc/timer.h"

#define ARRIVALS        PROCS_MAX
#define IMAGES_MAX      16      /* images longer than a message, at one time */

enum arrival_state {
    ARRIVAL_FREE,
    ARRIVAL_ROUNDS,
    ARRIVAL_IMAGE,
    ARRIVAL_CRITICAL,
    ARRIVAL_NOTING,
    ARRIVAL_RUNNING,
    ARRIVAL_ENDED,
};

struct algorithm_ops;
struct collection;

struct arrival {
    enum arrival_state state;
    struct arrival *next;
    struct move move;
    struct proc *proc;              /* NULL in ROUNDS, IMAGE and ENDED */
    const struct algorithm_ops *algorithm;
    uint8_t *image;                 /* longer than a message; or NULL */
    uint32_t fresh_pages;           /* of it; 0: it was made beforehand */
    bool granted;                   /* no state of it has come yet */
    struct collection *collection;  /* empty from CRITICAL on; NULL: none */
    bool collected;                 /* a page may come that is there already */
    uint32_t image_bytes;           /* of the image in all */
    uint32_t image_got;
    struct instant received;
    struct instant installed;
    struct timer settle;
    bool settling;                  /* resumed, not yet acknowledged */
    bool resume_seen;               /* its mark has been written */
    bool drained;
    bool kept;                      /* the source keeps pages until they are
                                     * asked for, and says nothing unasked */
    bool flushing;                  /* it has been asked for all of them */
    bool stored;                    /* what is missing is at the file server */
    bool left;                      /* the source has nothing of it, */
    bool store_drained;             /* nor has the file server */
    bool expecting;                 /* ipc/peer.h, of the source */
    bool expecting_store;           /* of the file server */
    struct locality locality;       /* for algorithms that want to know it */
    uint64_t missed_cycles;         /* when the latest page was asked for */
    uint64_t missed_index;
};

void arrival_init(void);
/* The arrival of a process that exists here, or NULL. */
struct arrival *arrival_find(uint32_t pid);
/* The process ends here: tells the source if it still holds pages. */
void arrival_forget(struct proc *proc);

/* -- messages from the source; `page` holds the payload. The result says
 * whether the page was kept (drivers/migbridge.h). -- */
void arrival_state(const struct mb_msg *msg, const void *page, uint32_t length,
                   struct instant now);
bool arrival_page(const struct mb_msg *msg, void *page, uint32_t length,
                  bool may_keep, struct instant now);
void arrival_round(const struct mb_msg *msg, const void *page, uint32_t length);
void arrival_map(const struct mb_msg *msg, const void *page, uint32_t length,
                 struct instant now);
/* It wants to move on: the source is not to keep pages of it any longer. */
void arrival_flush(struct proc *proc);
void arrival_drained(const struct mb_msg *msg);

/* home_init's function. */
void arrival_noted(uint32_t pid, uint32_t epoch);

/* The source is lost (ipc/peer.h): what it was to send will not come. */
void arrivals_lost(uint32_t node);

/* proc_hooks.remote_fault */
void paging_fault(struct thread *thread, struct pages *pages, uint64_t index);

#endif
