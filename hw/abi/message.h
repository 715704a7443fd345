/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the kernels of two nodes say to each other about a moving process.
 *
 * Every message names the process (pid, the same on all nodes) and the epoch:
 * the number of the migration, counted from 1 over the process's life, that
 * the message belongs to. A message of another epoch than the receiver is in
 * is answered with MB_MSG_REJECT or dropped, never obeyed.
 */
#ifndef HW_ABI_MESSAGE_H
#define HW_ABI_MESSAGE_H

#include <stdint.h>

enum mb_msg_type {
    /* source -> target: part of the control-and-execution state.
     * index: offset of the payload in the image, arg: bytes of the image,
     * aux: mb_move_kind, tag: migration of the plan, UINT32_MAX if none */
    MB_MSG_STATE = 1,
    /* source -> target: contents of one page.
     * object, index: which page, aux: offset of the payload in the page; the
     * rest of the page is zero. tag: of the request it answers, or 0 */
    MB_MSG_PAGE = 2,
    /* source -> target: the pages that the source still holds, as an array
     * of struct mb_page_run. index: number of its first run, aux: 1 if more
     * messages of the map follow */
    MB_MSG_MAP = 3,
    /* target -> source: send page (object, index) now. tag: names the fault.
     * payload: further pages that may follow it, as an array of struct
     * mb_page_run; of all MB_REQUEST_PAGES at most are looked at */
    MB_MSG_REQUEST = 4,
    /* target -> source: the process runs here now; the image may go */
    MB_MSG_RESUMED = 5,
    /* target -> source: cannot take the process; arg: errno. It still runs
     * at the source, if it ever ran there in this epoch */
    MB_MSG_REJECT = 6,
    /* source -> target: every page has been sent, nothing is left here. arg:
     * how many of them have been sent to the file server */
    MB_MSG_DRAINED = 7,
    /* target -> source: the process has ended, no page is needed any more */
    MB_MSG_GONE = 8,
    /* source -> target: a move that was asked for while the process was under
     * way. index: node, aux: mb_move_kind, arg: enum pager */
    MB_MSG_GOTO = 9,
    /* any -> any: nothing but the channel_ack and channel_sack of a node that
     * has nothing else to say */
    MB_MSG_ACK = 10,
    /* target -> source: the process wants to move on; send all that is left
     * of it */
    MB_MSG_FLUSH = 11,
    /* port -> port (guest/ipc/port.h): a part of a message. index, tag: the
     * ports it is for and from, object: MB_PART_*, aux: its number on its way,
     * arg: MB_PART_ARG */
    MB_MSG_PART = 12,
    /* port -> port: all but data. object: enum mb_port_op */
    MB_MSG_PORT = 13,
    /* client <-> file server: hw/abi/file.h */
    MB_MSG_FILE = 14,
    /* -- only of a move that asks before and orders after, that is without the
     * technique implicit-resume -- */
    /* source -> target: can it take the process? Fields as in MB_MSG_STATE */
    MB_MSG_ASK = 15,
    /* target -> source: yes; what it needs is there */
    MB_MSG_GRANT = 16,
    /* target -> source: state and critical pages are in place */
    MB_MSG_READY = 17,
    /* source -> target: the order to let it run */
    MB_MSG_GO = 18,
    /* source -> target: pages of a process that still runs at the source.
     * index: number of the round, aux and tag: as in MB_MSG_STATE. arg 0: it
     * begins; the payload names pages that were sent and are not to be used,
     * as an array of struct mb_page_run. arg 1: all its pages have been sent */
    MB_MSG_ROUND = 19,
    /* target -> source: all pages of the round are here. index: its number */
    MB_MSG_COLLECTED = 20,
    /* -- only of a move without the technique local-information -- */
    /* target -> the node where the process was started: it is here now */
    MB_MSG_HOME = 21,
    /* and the answer: that has been noted */
    MB_MSG_NOTED = 22,
    /* -- between a node and the file server, with MB_MSG_STORE -- */
    /* source -> file server: all pages of the process that are to be kept
     * there have been sent. arg: how many. Without MB_MSG_STORE, source ->
     * target: a sign of life of one who waits for the file server */
    MB_MSG_KEEP = 23,
    /* file server -> source: they are here. aux: 0, or an errno: nothing is
     * kept */
    MB_MSG_KEPT = 24,
    /* target -> source: pages of the address space that will be wanted soon,
     * from index on. arg: MB_PREFETCH_ARG, aux: number of the batch that they
     * are part of; what is left of an older one is not wanted any more */
    MB_MSG_PREFETCH = 25,
    MB_MSG_TYPES
};

/* mb_msg.flags */
#define MB_MSG_CRITICAL     (1u << 0)   /* must arrive before the resume */
#define MB_MSG_RESUME       (1u << 1)   /* last critical one: run now */
#define MB_MSG_PUSHED       (1u << 2)   /* sent unasked after the resume */
#define MB_MSG_DEMANDED     (1u << 3)   /* answers an MB_MSG_REQUEST */
/* role of a critical page, for the ledger */
#define MB_MSG_CODE         (1u << 4)
#define MB_MSG_HEAP         (1u << 5)
#define MB_MSG_STACK        (1u << 6)
#define MB_MSG_CLEAN        (1u << 7)   /* page equals what it was loaded from */
#define MB_MSG_AGAIN        (1u << 8)   /* sent again by a channel, any type */
#define MB_MSG_LAST         (1u << 9)   /* last critical one: say that it came */
#define MB_MSG_AHEAD        (1u << 10)  /* the process still runs at the source */
/* asked for ahead of use: in an MB_MSG_PREFETCH, or in the payload of an
 * MB_MSG_REQUEST */
#define MB_MSG_PREFETCHED   (1u << 11)

/* What a move is by: enum algorithm (uapi/algorithms.h) and enum technique_set
 * (uapi/techniques.h). */
static inline uint32_t mb_move_kind(uint16_t algorithm, uint16_t without)
{
    return algorithm | (uint32_t)without << 16;
}

/* What one MB_MSG_REQUEST can name, the page of its fault included. */
#define MB_REQUEST_PAGES    256u

/*
 * To the file server, or from it, which keeps pages of a process that moves.
 * PAGE from the source: to be kept, arg: node that the process moves to.
 * REQUEST, FLUSH, GONE from the target, and what answers them: as between
 * target and source. REQUEST that the source forwards: arg: 1 + node of the
 * target. GONE from the source: nothing of it is to be kept.
 */
#define MB_MSG_STORE        (1u << 12)

/* mb_msg.object of MB_MSG_PART */
#define MB_PART_FIRST       (1u << 0)   /* of its message */
#define MB_PART_LAST        (1u << 1)
#define MB_PART_END         (1u << 2)   /* no data: nothing more is sent */
#define MB_PART_CLOSE       (1u << 3)   /* END, and nothing more is read */
#define MB_PART_RESET       (1u << 4)   /* CLOSE, and something was not read */
#define MB_PART_QUEUED      (1u << 5)   /* moves with its port; arg: bytes of it
                                         * that have been read */

/* mb_msg.arg of MB_MSG_PART: how many parts of the other way have been read,
 * in all; how many may be under way on this one; node of the sender. */
#define MB_PART_ARG(read, window, node) \
    ((uint64_t)(node) << 48 | (uint64_t)(window) << 32 | (read))
#define MB_PART_READ(arg)       ((uint32_t)(arg))
#define MB_PART_WINDOW(arg)     ((uint32_t)((arg) >> 32) & 0xffffu)
#define MB_PART_NODE(arg)       ((uint32_t)((arg) >> 48))

/* mb_msg.arg of MB_MSG_PREFETCH: how many, and how far apart, signed. */
#define MB_PREFETCH_ARG(count, stride) \
    ((uint64_t)(uint32_t)(stride) << 32 | (uint32_t)(count))
#define MB_PREFETCH_COUNT(arg)  ((uint32_t)(arg))
#define MB_PREFETCH_STRIDE(arg) ((int32_t)((arg) >> 32))

/*
 * mb_msg.object of MB_MSG_PORT. index: the port that it is for, tag: the port
 * that it is from. To a name's node: payload: the name, index: none.
 */
enum mb_port_op {
    /* to a name's node: take it for port `tag`, which is at the sender's.
     * Answer NAMED, aux: errno */
    MB_PORT_NAME = 1,
    MB_PORT_NAMED = 2,
    /* the port `tag` is not called so any more. No answer */
    MB_PORT_UNNAME = 3,
    /* who has the name? Answer FOUND, tag: the port, aux: its node; tag 0:
     * nobody */
    MB_PORT_LOOKUP = 4,
    MB_PORT_FOUND = 5,
    /* to a port that was found: wants a link. payload: own name, aux: type,
     * arg: MB_PORT_LINK_ARG. Answer LINKED, tag: the other end of the link, arg:
     * its node, payload: its name; aux: errno. ESRCH, there is no such port here
     * now: tag: the time at which it was asked for, ns */
    MB_PORT_LINK = 6,
    MB_PORT_LINKED = 7,
    /* aux: parts read, in all; arg: 1 if nothing more will be read */
    MB_PORT_READ = 8,
    /* MB_PART_CLOSE has come, as all before it; nothing follows */
    MB_PORT_CLOSED = 9,
    /* from the new home, to the other end of each link and to the name's node
     * (payload: name): port `tag` is at node aux now. arg: its old home */
    MB_PORT_MOVED = 10,
    /* answer to MOVED, to the old home: all that was sent there has a number
     * below aux. arg: 1: there is no such link any more, nothing will come */
    MB_PORT_MARK = 11,
    /* old home -> new home: the port, one of its links. payload: as
     * guest/ipc/port_image.c has it; aux: 1: the last one */
    MB_PORT_STATE = 12,
    MB_PORT_STATE_LINK = 13,
    /* the other end is lost with its node */
    MB_PORT_LOST = 14,
    MB_PORT_OPS
};

/* mb_msg.arg of MB_PORT_LINK: node of who asks; time at which that was refused
 * first because the port was not where it was said to be, 0: never. */
#define MB_PORT_LINK_ARG(node, refused_ns) \
    ((uint64_t)(refused_ns) << 16 | (node))
#define MB_PORT_LINK_NODE(arg)          ((uint32_t)((arg) & 0xffffu))
#define MB_PORT_LINK_REFUSED(arg)       ((uint64_t)(arg) >> 16)

/* mb_msg.object: which memory a page belongs to */
#define MB_OBJECT_SPACE     0u          /* the address space, index = va >> 12 */
#define MB_OBJECT_FILE0     1u          /* file n of the process: FILE0 + n */

/* Neighbouring pages of one object. */
struct mb_page_run {
    uint32_t object;
    uint32_t count;
    uint64_t index;
};
_Static_assert(sizeof(struct mb_page_run) == 16, "ABI");

#endif
