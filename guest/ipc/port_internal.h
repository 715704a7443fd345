/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Ports, what the files of guest/ipc/port*.c share. docs/sockets.md has the
 * protocol.
 */
#ifndef IPC_PORT_INTERNAL_H
#define IPC_PORT_INTERNAL_H

#include <stdint.h>

#include "arch/clock.h"
#include "hw/abi/message.h"
#include "hw/abi/ring.h"
#include "ipc/port.h"
#include "mm/slab.h"

#define PORTS_MAX       4096u
#define LINKS_MAX       8192u
#define PARTS_MAX       65536u
#define NAMES_MAX       4096u

/* A part that has been taken: up to a page of a message. */
struct part {
    struct part *next;          /* the message behind, or by number */
    struct part *more;          /* of the same message */
    struct link *link;
    void *page;                 /* NULL: no bytes */
    uint32_t bytes;
    uint32_t done;              /* bytes that have been read, of a stream */
    uint32_t seq;
    uint32_t flags;             /* MB_PART_* */
    uint64_t arg;               /* MB_PART_ARG, as it came */
    struct instant taken;       /* on this node */
    uint32_t epoch;             /* of the move that put it off; 0: none */
};

/* One end of a link. */
struct link {
    struct link *next;          /* of the same port */
    struct port *port;
    uint64_t peer;              /* the port at the other end ... */
    uint32_t node;              /* ... and where it is, as far as is known */
    struct port_name name;      /* ... and is called */
    bool gone;                  /* the other end is closed, or lost */
    bool told;                  /* it knows that this end is closed */
    /* -- to the other end -- */
    uint32_t sent;              /* parts, in all */
    uint32_t read;              /* of these, by the other end */
    bool deaf;                  /* it reads no more */
    /* -- from the other end -- */
    uint32_t expected;          /* all parts before this one are in order */
    uint32_t arrived;           /* parts, in all, in order or not */
    uint32_t consumed;          /* read, in all */
    uint32_t consumed_told;
    uint32_t window;            /* how many the other end sends ahead */
    uint32_t queued;            /* parts in port->queue */
    bool ended;                 /* nothing more will come */
    struct part *early;         /* before their turn, by number */
    struct part *partial;       /* of a message that is not complete */
    struct part *partial_last;
    /* -- of a port that is LEAVING -- */
    bool marked;
    uint32_t mark;              /* all parts before this one came here */
};

/* A message to a port, on its way. */
struct letter {
    struct letter *next;
    struct mb_msg msg;          /* msg.source: who has sent it */
    void *page;
    uint32_t length;
    struct port *owner;         /* in_flight counts it; NULL: nobody's */
    uint64_t held_ns;           /* when it came to a port that was shut */
};

/* -- port.c -- */
struct link *link_find(const struct port *port, uint64_t peer);
/* NULL: too many. */
struct link *link_create(struct port *port, uint64_t peer, uint32_t node,
                         const struct port_name *name);
void link_free(struct link *link);
/* An end that is not needed any more is freed. */
void link_progress(struct link *link);
void port_progress(struct port *port);
struct port *port_make(uint64_t id, uint32_t pid);
void port_free(struct port *port);
struct port *port_next(const struct port *port);    /* NULL: the first */
/* Whoever sleeps for the port looks again. */
void port_wake(const struct port *port);
void part_free(struct part *part);      /* with all that belong to it */
struct part *part_of(struct letter *letter);    /* takes the page; NULL */
uint32_t port_window(const struct port *port);

/* -- port_post.c -- */
struct mb_msg port_control(enum mb_port_op op, uint32_t node, uint64_t to,
                           uint64_t from);
/* `bytes` are copied. */
void port_post(const struct mb_msg *msg, const void *bytes, uint32_t length);
/* Takes the page over. */
void port_post_part(const struct mb_msg *msg, void *page, uint32_t length,
                    struct port *owner);
/* Keeps a letter for a port that is shut; delivers those that were kept. */
void port_hold(struct port *port, struct letter *letter);
void port_release(struct port *port);
void port_post_init(void);

/* -- port_send.c -- */
/* A part without data: MB_PART_END, _CLOSE, _RESET. */
void link_post_end(struct link *link, uint32_t flags);
/* MB_PART_CLOSE to a port that has never heard of ours. */
void port_refuse(uint32_t node, uint64_t to, uint64_t from);

/* -- port_take.c -- */
void port_take_part(struct letter *letter);
/* `count` parts have been read. */
void link_consume(struct link *link, uint32_t count);
void port_append(struct port *port, struct part *message);
void port_drop_queue(struct port *port);    /* as if it had been read */
void port_forget_queue(struct port *port);  /* which is somewhere else */
void link_lose(struct link *link);

/* -- port_trace.c: records for the ledger -- */
/* A part that ends a message, taken by the port when it was. */
void port_trace_accepted(const struct port *port, const struct part *part);
void port_trace_sent_on(const struct port *port, const struct mb_msg *msg);
/* A message that a move has put off; of others there are no records. */
void port_trace_readable(const struct port *port, struct part *message);
void port_trace_read(const struct port *port, struct part *message);
/* All of `messages` have waited for those in front of them. */
void port_trace_waited(const struct port *port, struct part *messages);
void port_trace_home(const struct port *port);
void port_trace_refused(const struct port *port, const struct mb_msg *msg);
/* It is let in that was held. */
void port_trace_held(const struct port *port, const struct letter *letter);

/* -- port_link.c -- */
void port_answer_link(struct letter *letter);
void port_linked(struct letter *letter);
void port_found(struct letter *letter);
void port_named(struct letter *letter);
void query_lost(struct port *port, uint32_t node);

/* -- port_move.c: the old home -- */
void port_post_state(const struct port *port, uint16_t flags);
/* A part of the port on its way to the new home. */
struct mb_msg port_moved_part(const struct port *port, const struct part *part,
                              const struct link *link, uint32_t flags,
                              uint64_t arg);
/* A query that kept a port from leaving is over. */
void port_move_progress(struct port *port);
/* A message to a port that is LEAVING. */
void port_pass(struct port *port, struct letter *letter);
void port_leaving_progress(struct port *port);
void port_leaving_lost(struct port *port, uint32_t node);

/* -- port_whole.c: the old home, if the port is a part of its process -- */
bool port_is_asking(const struct port *port);
/* What it has posted counts: it is not here any more. */
void port_forget_posted(struct port *port);

/* -- port_arrive.c: the new home -- */
void port_state(struct letter *letter);
void port_state_link(struct letter *letter);
void port_take_queued(struct letter *letter);
void port_moved(struct letter *letter);
void port_awaited_lost(struct port *port, uint32_t node);

/* -- port_name.c: the names that this node keeps -- */
void names_take(struct letter *letter);
void names_drop(struct letter *letter);
void names_lookup(struct letter *letter);
void names_moved(const struct letter *letter);
void names_lost(uint32_t node);
uint32_t name_node(const struct port_name *name);
bool name_equal(const struct port_name *a, const struct port_name *b);
void name_of(const struct letter *letter, struct port_name *name);
void port_post_name(const struct mb_msg *msg, const struct port_name *name);

#endif
