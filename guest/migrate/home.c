/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where processes are, as their homes know it.
 */
#include "migrate/home.h"

#include "drivers/migbridge.h"
#include "hw/abi/message.h"
#include "ipc/peer.h"
#include "ipc/transport.h"
#include "migrate/marks.h"
#include "proc/plan.h"

/* By number of the process, from 1 on. */
static struct {
    /* at its home: what the node that it came to last has said */
    uint32_t node;
    uint32_t epoch;
    /* where it is: the epoch of which an answer is expected, 0: none is */
    uint32_t asks;
} table[MB_PLAN_PROCESSES + 1];

static void (*on_noted)(uint32_t pid, uint32_t epoch);

void home_init(void (*noted)(uint32_t pid, uint32_t epoch))
{
    on_noted = noted;
}

static void note(uint32_t pid, uint32_t epoch, uint32_t node)
{
    if (pid <= plan_process_count() && epoch > table[pid].epoch) {
        table[pid].node = node;
        table[pid].epoch = epoch;
    }
}

static void post(uint32_t node, enum mb_msg_type type, uint32_t pid,
                 uint32_t epoch)
{
    struct parcel parcel = {
        .msg = {
            .type = type,
            .flags = MB_MSG_CRITICAL,
            .target = (uint16_t)node,
            .pid = pid,
            .epoch = epoch,
        },
        .lane = LANE_URGENT,
    };

    transport_post(&parcel);
    transport_flush();
}

bool home_enter(const struct move *move)
{
    uint32_t home = plan_home(move->pid);

    if (home == bridge_node()) {
        note(move->pid, move->epoch, home);
        return true;
    }
    if (!bridge_linked(home) || peer_is_lost(home)) {
        return true;
    }
    table[move->pid].asks = move->epoch;
    peer_expect(home);
    post(home, MB_MSG_HOME, move->pid, move->epoch);
    return false;
}

void home_told(const struct mb_msg *msg)
{
    note(msg->pid, msg->epoch, msg->source);
    post(msg->source, MB_MSG_NOTED, msg->pid, msg->epoch);
}

static void settle(uint32_t pid, uint32_t home)
{
    uint32_t epoch = table[pid].asks;

    table[pid].asks = 0;
    peer_settle(home);
    on_noted(pid, epoch);
}

void home_answered(const struct mb_msg *msg)
{
    if (msg->pid > 0 && msg->pid <= plan_process_count() &&
        table[msg->pid].asks == msg->epoch &&
        plan_home(msg->pid) == msg->source) {
        settle(msg->pid, msg->source);
    }
}

void homes_lost(uint32_t node)
{
    for (uint32_t pid = 1; pid <= plan_process_count(); pid++) {
        if (table[pid].asks != 0 && plan_home(pid) == node) {
            settle(pid, node);
        }
    }
}
