/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How letters get from port to port.
 *
 * Those to this node wait in one list until port_settle: who posts is never
 * called back. Those to other nodes go to the transport; parts that it has no
 * room for wait in one list per node. What is in these lists is bounded by the
 * windows of the links.
 */
#include "ipc/port_internal.h"

#include <stddef.h>

#include "drivers/migbridge.h"
#include "hw/abi/segment.h"
#include "ipc/peer.h"
#include "ipc/transport.h"
#include "lib/printk.h"
#include "lib/string.h"
#include "mm/page.h"
#include "proc/timer.h"

#define LETTERS_MAX (PARTS_MAX + 16384u)

struct letter_list {
    struct letter *first;
    struct letter *last;
};

static struct slab letters = SLAB(struct letter, LETTERS_MAX);
static struct letter_list here;
static struct letter_list outbox[MB_NODES_MAX];

static void append(struct letter_list *list, struct letter *letter)
{
    letter->next = NULL;
    if (list->first == NULL) {
        list->first = letter;
    } else {
        list->last->next = letter;
    }
    list->last = letter;
}

static struct letter *letter_create(const struct mb_msg *msg, void *page,
                                    uint32_t length, struct port *owner)
{
    struct letter *letter = slab_alloc(&letters);

    if (letter == NULL) {
        panic("ipc: no memory for a message to a port");
    }
    letter->msg = *msg;
    letter->page = page;
    letter->length = length;
    letter->owner = owner;
    if (owner != NULL) {
        owner->in_flight++;
    }
    return letter;
}

static void settle_owner(struct port *owner)
{
    if (owner != NULL) {
        owner->in_flight--;
        port_progress(owner);
    }
}

/* -- to other nodes -- */

static void part_done(void *owner, bool sent)
{
    (void)sent;
    settle_owner(owner);
    transport_flush();
}

/* False: there is no room. */
static bool send_part(struct letter *letter)
{
    struct parcel parcel = {
        .msg = letter->msg,
        .payload = letter->page,
        .length = letter->length,
        .lane = LANE_BULK,
        .page = letter->page,
        .done = part_done,
        .owner = letter->owner,
    };

    if (peer_is_lost(letter->msg.target)) {
        page_put(letter->page);
        settle_owner(letter->owner);
    } else {
        parcel.done = letter->owner != NULL ? part_done : NULL;
        if (!transport_post(&parcel)) {
            return false;
        }
    }
    slab_free(&letters, letter);
    return true;
}

static void pump(uint32_t node)
{
    struct letter_list *list = &outbox[node];

    while (list->first != NULL) {
        struct letter *letter = list->first;
        struct letter *next = letter->next;

        if (!send_part(letter)) {
            return;
        }
        list->first = next;
    }
}

static void room(void)
{
    for (uint32_t node = 0; node < bridge_node_count(); node++) {
        pump(node);
    }
    transport_flush();
}

static void send_control(const struct mb_msg *msg, const void *bytes,
                         uint32_t length)
{
    struct parcel parcel = {
        .msg = *msg,
        .length = length,
        .lane = LANE_URGENT,
    };

    if (length > 0) {
        parcel.page = page_alloc_raw();
        if (parcel.page == NULL) {
            panic("ipc: no memory for a message to a port");
        }
        memcpy(parcel.page, bytes, length);
        parcel.payload = parcel.page;
    }
    if (peer_is_lost(msg->target)) {
        page_put(parcel.page);
    } else {
        transport_post(&parcel);
    }
}

/* -- posting -- */

struct mb_msg port_control(enum mb_port_op op, uint32_t node, uint64_t to,
                           uint64_t from)
{
    return (struct mb_msg){
        .type = MB_MSG_PORT,
        .source = (uint16_t)bridge_node(),
        .target = (uint16_t)node,
        .object = op,
        .index = to,
        .tag = from,
    };
}

void port_post(const struct mb_msg *msg, const void *bytes, uint32_t length)
{
    void *page = NULL;

    if (msg->target != bridge_node()) {
        send_control(msg, bytes, length);
        return;
    }
    if (length > 0) {
        page = page_alloc_raw();
        if (page == NULL) {
            panic("ipc: no memory for a message to a port");
        }
        memcpy(page, bytes, length);
    }
    append(&here, letter_create(msg, page, length, NULL));
}

void port_post_part(const struct mb_msg *msg, void *page, uint32_t length,
                    struct port *owner)
{
    struct letter *letter = letter_create(msg, page, length, owner);

    if (msg->target == bridge_node()) {
        append(&here, letter);
    } else if (outbox[msg->target].first != NULL || !send_part(letter)) {
        append(&outbox[msg->target], letter);
    }
}

/* -- delivery -- */

static void read_message(struct letter *letter)
{
    struct port *port = port_find(letter->msg.index);
    struct link *link = port != NULL ? link_find(port, letter->msg.tag) : NULL;

    if (link == NULL) {
        return;
    }
    if ((int32_t)(letter->msg.aux - link->read) > 0) {
        link->read = letter->msg.aux;
    }
    link->deaf |= letter->msg.arg != 0;
    port_wake(port);
}

static void closed_message(struct letter *letter)
{
    struct port *port = port_find(letter->msg.index);
    struct link *link = port != NULL ? link_find(port, letter->msg.tag) : NULL;

    if (link != NULL) {
        link->told = true;
        link->gone = true;
        link_progress(link);
    }
}

static void lost_message(struct letter *letter)
{
    struct port *port = port_find(letter->msg.index);
    struct link *link = port != NULL ? link_find(port, letter->msg.tag) : NULL;

    if (link != NULL) {
        link_lose(link);
    }
}

static void (*const receivers[MB_PORT_OPS])(struct letter *letter) = {
    [MB_PORT_NAME] = names_take,
    [MB_PORT_NAMED] = port_named,
    [MB_PORT_UNNAME] = names_drop,
    [MB_PORT_LOOKUP] = names_lookup,
    [MB_PORT_FOUND] = port_found,
    [MB_PORT_LINK] = port_answer_link,
    [MB_PORT_LINKED] = port_linked,
    [MB_PORT_READ] = read_message,
    [MB_PORT_CLOSED] = closed_message,
    [MB_PORT_MOVED] = port_moved,
    [MB_PORT_STATE] = port_state,
    [MB_PORT_STATE_LINK] = port_state_link,
    [MB_PORT_LOST] = lost_message,
};

static void deliver(struct letter *letter)
{
    struct port *port = letter->msg.index != 0 ? port_find(letter->msg.index)
                                               : NULL;

    if (port != NULL && port->shut && port->state == PORT_HOME) {
        port_hold(port, letter);
    } else if (port != NULL && port->state == PORT_LEAVING) {
        port_pass(port, letter);
    } else if (letter->msg.type == MB_MSG_PART) {
        port_take_part(letter);
    } else if (letter->msg.object < MB_PORT_OPS &&
               receivers[letter->msg.object] != NULL) {
        receivers[letter->msg.object](letter);
    }
}

void port_hold(struct port *port, struct letter *letter)
{
    struct letter *held = letter_create(&letter->msg, letter->page,
                                        letter->length, NULL);

    letter->page = NULL;
    held->held_ns = time_now_ns();
    if (port->held == NULL) {
        port->held = held;
    } else {
        port->held_last->next = held;
    }
    port->held_last = held;
}

void port_release(struct port *port)
{
    struct letter *letter = port->held;

    port->held = NULL;
    port->shut = false;
    while (letter != NULL) {
        struct letter *next = letter->next;

        port_trace_held(port, letter);
        deliver(letter);
        page_put(letter->page);
        slab_free(&letters, letter);
        letter = next;
    }
}

void port_settle(void)
{
    while (here.first != NULL) {
        struct letter *letter = here.first;

        here.first = letter->next;
        deliver(letter);
        page_put(letter->page);
        settle_owner(letter->owner);
        slab_free(&letters, letter);
    }
    transport_flush();
}

/* A page of its own for bytes that cannot be kept where they are. */
static void *copy_of(const void *page, uint32_t length)
{
    void *copy = page_alloc_raw();

    if (copy != NULL) {
        memcpy(copy, page, length);
    }
    return copy;
}

bool port_message(const struct mb_rx_completion *message, void *page,
                  bool may_keep)
{
    struct letter letter = {
        .msg = message->msg,
        .length = message->length,
    };
    bool kept;

    if (message->length > 0) {
        letter.page = may_keep ? page : copy_of(page, message->length);
    }
    deliver(&letter);
    kept = may_keep && message->length > 0 && letter.page == NULL;
    if (!may_keep) {
        page_put(letter.page);
    }
    port_settle();
    return kept;
}

void port_post_init(void)
{
    transport_on_room(room);
}
