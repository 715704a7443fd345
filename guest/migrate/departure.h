/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The source's side of a migration. States (docs/migration.md):
 *
 *   WANTED -------------> SENT ---> FLUSHING ---> DRAINED ---> (free)
 *      `--> ROUNDS -->'   |  |         `-------> PARTED ----> (free)
 *               `---------|--`---> ABORTED ----------------> (free)
 *                         `------> UNKNOWN
 *
 * WANTED: the process runs, and moves when it can. ROUNDS: it still runs, and
 * pages of it are at the target. SENT: frozen here, maybe
 * running there; its whole image is here. FLUSHING: it runs there; pages are
 * freed as they go. DRAINED: all have gone, the last message is under way.
 * ABORTED: it runs here again; what was posted is still leaving. The target was
 * lost while it may (UNKNOWN) or does (PARTED) have the process: there is no
 * way to know more, so the process stays frozen here for good; or what is left
 * of it here is freed.
 *
 * Invariant: while `in_flight` is not zero, messages in the transport point to
 * this slot, and it is not reused.
 */
#ifndef MIGRATE_DEPARTURE_H
#define MIGRATE_DEPARTURE_H

#include <stdbool.h>
#include <stdint.h>

#include "hw/abi/message.h"
#include "ipc/transport.h"
#include "migrate/algorithm.h"
#include "migrate/export.h"
#include "migrate/map.h"
#include "migrate/marks.h"
#include "migrate/objects.h"
#include "migrate/stream.h"
#include "proc/proc.h"
#include "proc/timer.h"

#define CRITICAL_MAX    8       /* pages that an algorithm can name */
#define DEPARTURES      PROCS_MAX
#define LEAVING_MAX     8       /* processes that leave a node at one time */

enum departure_state {
    DEPARTURE_FREE,
    DEPARTURE_WANTED,
    DEPARTURE_ROUNDS,
    DEPARTURE_SENT,
    DEPARTURE_FLUSHING,
    DEPARTURE_DRAINED,
    DEPARTURE_ABORTED,
    DEPARTURE_UNKNOWN,
    DEPARTURE_PARTED,
};

/* Without the technique implicit-resume (migrate/handshake.h). */
enum handshake_step {
    HANDSHAKE_NONE,
    HANDSHAKE_ASKED,
    HANDSHAKE_GRANTED,
    HANDSHAKE_ORDERED,
};

struct algorithm_ops;

/* A page that must be there before the process runs again. */
struct critical {
    uint64_t index;             /* in the address space */
    uint16_t offset;            /* of the part that counts; it ends the page */
    uint16_t role;              /* MB_MSG_CODE, _HEAP or _STACK */
};

/* A walk over all pages that sends them. */
struct push {
    bool active;
    bool critical;              /* all pages, before the resume; else the
                                 * modified ones, after it */
    bool deposit;               /* to the file server; they stay here, too */
    /* The runs that it goes through; NULL: all there is. */
    const struct change_list *list;
    uint32_t run;
    struct cursor cursor;       /* what lies before it has been posted */
    bool wrap;                  /* something before the cursor was left out */
    /* Outward from a page that was asked for, before the walk goes on. */
    bool outward;
    bool turn;                  /* it is the upper side's */
    struct cursor above;        /* where to look next */
    struct cursor below;        /* index + 1 of the same */
    /* What the target has asked for ahead of its use, before all that. */
    struct stream ahead[STREAMS];
    uint32_t ahead_count;
    uint32_t ahead_turn;
    uint32_t batch;
    uint32_t under_way;         /* posted by it and not left yet */
    uint64_t left;              /* if critical: pages still to be posted */
};

/* Pages that go to the file server (deposit.c). */
enum deposit_step {
    DEPOSIT_NONE,
    DEPOSIT_SENDING,
    DEPOSIT_ASKED,                /* whether it has them all */
    DEPOSIT_KEPT,
    DEPOSIT_LOST,               /* with the file server */
};

struct deposit {
    enum deposit_step step;
    bool first;                 /* before the state */
    bool expecting;             /* ipc/peer.h, of the file server */
    struct timer timer;
    bool useless;               /* nobody will ask it for what it has */
    uint64_t sent;              /* pages */
};

/* Encoded state and map while they are under way: preallocated (paper,
 * technique 5), and thereby the bound on processes that leave at a time. */
struct departure_buffer;

struct departure {
    enum departure_state state;
    struct departure *next;     /* in the list of those in use, or free */
    struct proc *proc;
    struct move move;
    const struct algorithm_ops *algorithm;
    struct departure_buffer *buffer;
    uint32_t image_bytes;
    uint16_t last;              /* flag of the last critical message */
    enum handshake_step step;
    const struct thread *thread;    /* that ran last */
    struct instant frozen;
    struct instant selected;
    bool marked;                /* both, in the trace */
    bool detaches;              /* it is not captured yet, see detach.h */
    uint32_t flushes;           /* of its files, begun before that */
    bool files_critical;        /* its files' pages go before the resume */
    bool follows;               /* as soon as all that is critical has left */
    struct critical critical[CRITICAL_MAX];
    uint32_t critical_count;
    bool all_critical;
    struct round round;         /* number 0: none */
    bool round_sent;            /* it is for the target to say that it is there */
    bool rounds_over;           /* next is the freeze */
    struct push push;
    struct deposit deposit;
    struct cursor sent_before;  /* how far the push was at the resume */
    struct cursor map_cursor;
    uint32_t map_runs;          /* sent */
    bool map_active;
    bool map_critical;          /* the map travels before the resume */
    bool kept;                  /* pages stay here until they are asked for */
    uint64_t kept_count;        /* of these, not sent by the kernel */
    struct export export;       /* what the bridge gives to the target */
    uint32_t in_flight;         /* messages that name this slot */
    bool resume_posted;         /* the last critical message has been posted */
    bool expecting;             /* it is there: the target has to answer */
    bool unreachable;           /* the target is lost */
    struct timer nudge;
    /* for the trace */
    uint64_t pages;             /* present at the freeze */
    uint64_t pushed;
    uint64_t served;
};

void departure_init(void);
/* Whether the process may have left, so that its new host decides about it. */
bool departure_has_left(const struct departure *departure);
/* The one of (pid, epoch) that the target knows of, or NULL. */
struct departure *departure_find(uint32_t pid, uint32_t epoch);
/* Why the move cannot be by this algorithm, as an errno; 0: it can. */
int departure_obstacle(const struct move *move);
/* A process that wants to move: -EBUSY if it does already or no slot. */
int departure_want(struct proc *proc, const struct move *move);
/* Starts the wanted move of a process if nothing speaks against it and the
 * process is not about to return to user mode (then the hook does). */
void departure_consider(struct proc *proc);
/* proc_hooks.move: its current thread is about to return to user mode. */
void departure_hook(struct proc *proc);
/* The process ends here: a move that has not begun is forgotten. */
void departure_forget(struct proc *proc);

/* -- for algorithms -- */
/* Adds a page of the address space, from `offset` on, unless it is absent or
 * named already. */
void departure_add_critical(struct departure *departure, uint64_t index,
                            uint64_t offset, uint16_t role);
void departure_add_all(struct departure *departure);
/* After rounds: what has changed since travels before the resume; or does not,
 * and the target is told that its copies of it are old. */
void departure_add_changed(struct departure *departure);
void departure_leave_changed(struct departure *departure);
/* The map goes with the state, the pages when they are asked for. */
void departure_leave_rest(struct departure *departure);
/* Sends the map, then all modified pages. */
void departure_push_rest(struct departure *departure);
/* The same, but the pages to the file server: what it has not yet got is asked
 * of the source. */
void departure_deposit_rest(struct departure *departure);
/* All modified pages go to the file server before anything goes to the target,
 * which asks the file server for them; the map travels with the state. */
void departure_deposit_all(struct departure *departure);
/* The push goes on with the neighbours of this page, nearest first. */
void departure_push_around(struct departure *departure,
                           const struct page_ref *ref);
/* The push goes on behind this page, and with what lies before it in the end. */
void departure_push_onward(struct departure *departure,
                           const struct page_ref *ref);
/* algorithm_ops.ahead: what the target has asked for ahead of its use, its
 * streams in turn. */
bool departure_next_asked(struct departure *departure, struct page_ref *ref);

/* -- messages from the target -- */
void departure_resumed(struct departure *departure);
void departure_rejected(struct departure *departure, int error);
void departure_requested(struct departure *departure,
                         const struct mb_msg *request, struct instant taken);
void departure_gone(struct departure *departure);
/* It will want these pages soon. */
void departure_prefetch(struct departure *departure,
                        const struct mb_msg *msg);
/* All pages of a round are there. */
void departure_collected(struct departure *departure, uint64_t round);
/* ports_on_left's function: ports of the process have gone. */
void departure_ports_left(uint32_t pid, uint32_t epoch);
/* It wants to move on: what was kept for it is pushed. */
void departure_flush(struct departure *departure);

/* -- from the file server -- */
/* It has all the pages, or an errno says why it has none. */
void departure_kept(struct departure *departure, int error);

/* -- the target, or the file server, is lost (ipc/peer.h) -- */
/* Nothing more is posted to it; moves that need it and have not begun are
 * off. */
void departures_stop(uint32_t node);
/* What was posted to it is done: decides what becomes of the processes. */
void departures_lost(uint32_t node);
/* The file service has sent modified blocks, or the bridge all that was kept:
 * some may be at their end. */
void departures_review(void);

/* A message to the target, its fields beside process and epoch zero. */
struct mb_msg departure_message(const struct departure *departure,
                                enum mb_msg_type type);

#endif
