/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Ports: what sockets consist of, known by number on every node. See
 * docs/sockets.md.
 *
 * A port is an object of its own, apart from the process whose descriptors
 * name it: when the process moves, the port follows by itself, and goes on
 * accepting messages meanwhile. Between two ports there is a link; what one end
 * sends is numbered, and arrives once and in order at the other, wherever both
 * are.
 *
 * Calls of this header may leave messages to ports of this node undelivered:
 * port_settle() delivers them.
 */
#ifndef IPC_PORT_H
#define IPC_PORT_H

#include <stdbool.h>
#include <stdint.h>

struct letter;
struct link;
struct mb_rx_completion;
struct part;
struct uio;

/* sockaddr_un.sun_path: an absolute path, or an abstract name that begins with
 * a NUL. bytes 0: no name. */
#define PORT_NAME_MAX       108u
struct port_name {
    uint32_t bytes;
    char text[PORT_NAME_MAX];
};

enum port_type {                /* as SOCK_* */
    PORT_STREAM = 1,
    PORT_DATAGRAM = 2,
    PORT_PACKET = 5,
};

/* Parts are a page at most, and each counts as one. */
#define PORT_MESSAGE_PARTS  16u
#define PORT_WINDOW_BYTES   212992u     /* SO_SNDBUF, unless set */
#define PORT_WINDOW_LEAST   4608u
#define PORT_WINDOW_MOST    262144u
#define PORT_BACKLOG_MOST   128u

enum port_state {
    PORT_HOME,                  /* is here */
    PORT_AWAITED,               /* a process here names it; it is on its way */
    PORT_LEAVING,               /* is elsewhere; what still comes is sent on */
    PORT_CLOSED,                /* until each other end knows */
};

/* What a port asks other nodes for, one thing at a time. */
enum query_state { QUERY_NONE, QUERY_NAME, QUERY_LOOKUP, QUERY_LINK,
                   QUERY_DONE };

struct query {
    enum query_state state;
    bool binds;                 /* else looks for a port to link to */
    int error;                  /* when DONE */
    uint32_t node;              /* of which an answer is expected */
    uint32_t asked;             /* again, as the port had moved */
    uint64_t refused_ns;        /* first, for that; 0: never */
    struct port_name name;
};

struct port {
    struct port *next;          /* in the table */
    uint64_t id;                /* node of birth, number: never used again */
    uint32_t pid;               /* of its process, 0: none any more */
    enum port_type type;
    enum port_state state;
    bool leaves;                /* for `target`, as soon as it can */
    bool close_awaited;         /* its process has ended: close it on arrival */
    bool listens;
    bool reads_no_more;
    bool sends_no_more;
    int error;                  /* SO_ERROR */
    struct port_name name;
    bool has_entry;             /* and its name's node knows */
    uint32_t window_bytes;
    uint64_t receive_timeout_ns;    /* 0: none */
    uint64_t send_timeout_ns;
    struct query query;
    struct link *links;
    struct link *peer;          /* what it is connected to */
    struct part *queue;         /* messages to be read, oldest first */
    struct part *queue_last;
    uint32_t queued_owed;       /* parts of the queue that are on their way */
    struct part *moved_last;    /* last message that has come so */
    struct part *moving;        /* one that is not complete */
    struct part *moving_last;
    struct port *pending;       /* accepted from here, oldest first */
    struct port *pending_next;
    uint32_t pending_count;
    uint32_t backlog;
    uint32_t in_flight;         /* parts that name it in the transport */
    /* -- moves -- */
    uint32_t epoch;             /* of its process's last move */
    uint32_t target;            /* LEAVING: new home; AWAITED: old home */
    uint32_t links_owed;        /* AWAITED: still to come */
    uint64_t connected_to;      /* AWAITED: peer of the link that is `peer` */
    bool name_marked;
    /* Moves as a part of its process: at the old home nothing is accepted until
     * it is known where the process is, at the new one until it runs. */
    bool shut;
    bool asks_last;             /* it will be shut when it asks no more */
    struct letter *held;        /* what comes meanwhile, oldest first */
    struct letter *held_last;
};

/* The call must be run again when the port wakes its waiters, even if it does
 * not want to block. (-EAGAIN: only if it does.) */
#define PORT_WAIT   (-513)      /* no errno */

void ports_init(void);
/* Delivers what ports of this node have for each other; lets messages go. */
void port_settle(void);

/* -- life -- */
struct port *port_create(enum port_type type, uint32_t pid);  /* NULL: full */
struct port *port_find(uint64_t id);
/* Links two new ports of this node. -ENOBUFS. */
int port_pair(struct port *a, struct port *b);
void port_close(struct port *port);

/* -- names and connections: 0, -errno or PORT_WAIT -- */
int port_bind(struct port *port, const struct port_name *name);
/* A number for those that bind without a name. */
void port_name_any(const struct port *port, struct port_name *name);
int port_connect(struct port *port, const struct port_name *name);
void port_disconnect(struct port *port);
int port_listen(struct port *port, uint32_t backlog);
/* -EAGAIN: nobody is waiting. */
int port_accept(struct port *port, uint32_t pid, struct port **accepted);
/* The link of a datagram port to a name. */
int port_reach(struct port *port, const struct port_name *name,
               struct link **link);
/* False: it is not connected. */
bool port_peer_name(const struct port *port, struct port_name *name);
#define PORT_SHUT_READ  1u
#define PORT_SHUT_WRITE 2u
void port_shutdown(struct port *port, unsigned how);

/* -- messages: bytes, -errno or PORT_WAIT in *wait -- */
/* One message of uio->bytes; link NULL: port->peer. */
int64_t port_send_message(struct port *port, struct link *link,
                          struct uio *uio);
/* As many bytes of a stream as there is room for. */
int64_t port_send_stream(struct port *port, struct uio *uio, uint64_t bytes);

struct receipt {
    uint64_t bytes;             /* put into the uio */
    uint64_t message_bytes;     /* of the message, if more */
    struct port_name from;
};
int port_receive_message(struct port *port, struct uio *uio, bool peek,
                         struct receipt *receipt);
int port_receive_stream(struct port *port, struct uio *uio, bool peek,
                        struct receipt *receipt);
/* Bytes that a read would find, for FIONREAD. */
uint64_t port_readable_bytes(const struct port *port);
/* LINUX_POLL*. */
int port_poll(const struct port *port);

/* -- from the transport -- */
bool port_message(const struct mb_rx_completion *message, void *page,
                  bool may_keep);
void ports_lost(uint32_t node);

#endif
