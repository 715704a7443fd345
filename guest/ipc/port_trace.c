/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a move does to messages, for the ledger (docs/sockets.md, "Message
 * freeze").
 *
 * Each part keeps the instant at which it was taken, which costs two
 * instructions. Records are made only of messages that a move may have put off:
 * those that were in the queue, those that were sent on, and those that had to
 * wait for one of these. A message is known by its ports and the number of its
 * last part.
 */
#include <stddef.h>

#include "drivers/migbridge.h"
#include "hw/abi/trace.h"
#include "ipc/port_internal.h"

static void stamp(const struct port *port, uint32_t epoch, uint64_t from,
                  uint64_t what, enum mb_message_mark mark, struct instant at)
{
    const struct mb_trace_record record = {
        .time_ns = at.cycles,
        .instret = at.instret,
        .type = MB_TRACE_MESSAGE,
        .pid = port->pid,
        .epoch = epoch,
        .arg = { port->id, from, what, mark },
    };

    if (port->pid != 0 && epoch != 0) {
        bridge_stamp(&record);
    }
}

static void stamp_part(const struct port *port, const struct part *part,
                       uint32_t epoch, enum mb_message_mark mark,
                       struct instant at)
{
    stamp(port, epoch, part->link->peer, part->seq, mark, at);
}

static struct part *last_of(struct part *message)
{
    while (message->more != NULL) {
        message = message->more;
    }
    return message;
}

void port_trace_accepted(const struct port *port, const struct part *part)
{
    if (part->flags & MB_PART_LAST) {
        stamp_part(port, part, port->epoch, MB_MESSAGE_ACCEPTED, part->taken);
    }
}

void port_trace_sent_on(const struct port *port, const struct mb_msg *msg)
{
    if (msg->object & MB_PART_LAST) {
        stamp(port, port->epoch, msg->tag, msg->aux, MB_MESSAGE_SENT_ON,
              instant_now());
    }
}

void port_trace_readable(const struct port *port, struct part *message)
{
    const struct part *last = last_of(message);

    stamp_part(port, last, last->epoch, MB_MESSAGE_READABLE, instant_now());
}

void port_trace_read(const struct port *port, struct part *message)
{
    const struct part *last = last_of(message);

    stamp_part(port, last, last->epoch, MB_MESSAGE_READ, instant_now());
}

void port_trace_waited(const struct port *port, struct part *messages)
{
    for (; messages != NULL; messages = messages->next) {
        struct part *last = last_of(messages);

        if (last->epoch == 0) {
            last->epoch = port->epoch;
            port_trace_accepted(port, last);
        }
        port_trace_readable(port, messages);
    }
}

void port_trace_home(const struct port *port)
{
    stamp(port, port->epoch, 0, 0, MB_MESSAGE_HOME, instant_now());
}

void port_trace_refused(const struct port *port, const struct mb_msg *msg)
{
    uint64_t refused_ns = MB_PORT_LINK_REFUSED(msg->arg);

    if (refused_ns != 0) {
        stamp(port, port->epoch, msg->tag, refused_ns, MB_MESSAGE_REFUSED,
              instant_now());
    }
}

void port_trace_held(const struct port *port, const struct letter *letter)
{
    if (letter->msg.type == MB_MSG_PART && letter->msg.object & MB_PART_LAST) {
        stamp(port, port->epoch, letter->msg.tag, letter->held_ns,
              MB_MESSAGE_REFUSED, instant_now());
    }
}
