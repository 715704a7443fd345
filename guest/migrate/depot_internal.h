/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Depots, what depot.c and depot_serve.c share.
 */
#ifndef MIGRATE_DEPOT_INTERNAL_H
#define MIGRATE_DEPOT_INTERNAL_H

#include "hw/abi/message.h"
#include "migrate/depot.h"
#include "srv/backing.h"

/* A page that was asked for and is not here, or still on the disk. */
struct wanted {
    struct wanted *next;
    uint32_t object;
    uint64_t index;
    uint64_t tag;
    struct instant taken;
};

struct depot {
    struct depot *next;
    uint32_t pid;
    uint32_t epoch;
    uint32_t source;
    uint32_t target;
    struct backing_files *files;
    uint64_t came;              /* pages, ever */
    uint64_t count;             /* of these, here */
    int error;                  /* why not all can be kept, as an errno */
    bool complete;              /* all have come */
    bool flushing;              /* all are to be sent */
    bool over;                  /* it goes when nothing is under way */
    bool expecting;             /* ipc/peer.h, of the source */
    uint32_t under_way;
    struct wanted *wanted;      /* oldest first */
};

/* depot.c: the one that a message is about; NULL: there is none. */
struct depot *depot_find(const struct mb_msg *msg);
/* The same, made if it is not there. */
struct depot *depot_make(const struct mb_msg *msg, uint32_t target);
/* The first behind this one, or of all, that is not over; NULL: none. */
struct depot *depot_next(const struct depot *depot);
/* It is over; goes now or with the last message that points to it. */
void depot_end(struct depot *depot);

/* depot_serve.c: sends what is wanted and here. True: the depot is over now. */
bool depot_serve(struct depot *depot);
/* Forgets what is wanted. */
void depot_forget_wanted(struct depot *depot);
/* Answers a message; a node that is lost hears nothing. */
void depot_answer(const struct mb_msg *to, enum mb_msg_type type, int error);
/* The disk has read something. */
void depots_ready(void);

#endif
