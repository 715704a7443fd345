/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A simulated link, see channel_link.h.
 */
#include "channel_link.h"

#include <stdlib.h>
#include <string.h>

#include "lib/errno.h"
#include "mm/page.h"
#include "suite.h"

#define FLYING_MOST     2048u

struct flying {
    bool used;
    uint64_t at_ns;
    uint64_t order;
    uint32_t length;
    struct mb_msg msg;
    uint8_t byte;               /* the payload is full of it */
};


volatile uint64_t now_ns;
uint64_t deadline_ns;
struct end ends[2];
static struct flying air[FLYING_MOST];
static unsigned air_end;        /* none from here on is used */
static uint64_t air_order;
struct faults faults;
uint64_t seed;

bool link_strikes(unsigned percent)
{
    return suite_random(&seed) % 100 < percent;
}

static void set_deadline(uint64_t ns)
{
    deadline_ns = ns;
}

/* -- hardware -- */

static int post(unsigned lane, const struct mb_msg *msg, const void *payload,
                uint32_t length, void (*left)(void *context), void *context)
{
    struct end *end = &ends[1 - msg->target];

    if (end->queued[lane] == QUEUE) {
        return -EAGAIN;
    }
    end->queue[lane][end->queued[lane]++] = (struct entry){
        *msg, payload, length, left, context,
    };
    return 0;
}

static void start_sending(struct end *end)
{
    for (unsigned lane = 0; lane < LANES && !end->busy; lane++) {
        if (end->queued[lane] > 0) {
            end->sending = end->queue[lane][0];
            end->queued[lane]--;
            memmove(&end->queue[lane][0], &end->queue[lane][1],
                    end->queued[lane] * sizeof(struct entry));
            end->busy = true;
            end->busy_until_ns = now_ns + WIRE_NS +
                                 (end->sending.length > 0 ? PAYLOAD_NS : 0);
        }
    }
}

static void fly(const struct entry *entry, uint64_t late_ns)
{
    unsigned i = 0;

    while (air[i].used) {
        i++;
        suite_check(i < FLYING_MOST);
    }
    air_end = i < air_end ? air_end : i + 1;
    air[i] = (struct flying){
        .used = true,
        .at_ns = now_ns + LATENCY_NS + late_ns,
        .order = air_order++,
        .length = entry->length,
        .msg = entry->msg,
        .byte = entry->length > 0 ? *entry->payload : 0,
    };
    for (uint32_t k = 0; k < entry->length; k++) {
        suite_check(entry->payload[k] == air[i].byte);
    }
}

static void finish_sending(struct end *end)
{
    struct entry entry = end->sending;
    bool down = now_ns >= faults.down_from_ns && now_ns < faults.down_until_ns;

    end->busy = false;
    end->sent++;
    end->acks += entry.msg.type == MB_MSG_ACK;
    entry.msg.source = (uint16_t)(end - ends);
    if (!down && !link_strikes(faults.loss) &&
        !(end == &ends[0] && end->sent == faults.lost_number)) {
        fly(&entry, link_strikes(faults.lateness) ? LATE_NS : 0);
    }
    if (!down && link_strikes(faults.doubling)) {
        fly(&entry, suite_random(&seed) % LATE_NS);
    }
    if (entry.left) {
        entry.left(entry.context);
    }
    if (end->channel.blocked && !end->channel.abandoned) {
        channel_pump(&end->channel);
    }
}

static void land(struct flying *flying)
{
    struct mb_rx_completion completion = {
        .msg = flying->msg,
        .length = flying->length,
    };
    struct end *end = &ends[flying->msg.target];
    bool may_keep = !link_strikes(faults.no_memory);
    void *page = page_alloc_raw();

    flying->used = false;
    memset(page, flying->byte, PAGE_SIZE);
    if (end->channel.abandoned ||
        !channel_receive(&end->channel, &completion, page, may_keep)) {
        page_put(page);
    } else {
        suite_check(may_keep);
    }
}

/* -- what stands on the channel -- */

static void flush(void)
{
}

static bool post_one(struct end *end, enum lane lane, bool has_payload);

/* Checks order and contents. Every third page is kept, and freed. */
static bool deliver(const struct mb_rx_completion *message, void *page,
                    bool may_keep)
{
    const struct mb_msg *msg = &message->msg;
    struct end *end = &ends[msg->target];
    bool keeps = may_keep && message->length > 0 && msg->index % 3 == 0;

    suite_check(msg->index == end->got[msg->object]);
    suite_check(end->got[LANE_URGENT] >= msg->tag);
    if (message->length > 0) {
        suite_check(*(const uint8_t *)page == (uint8_t)msg->index);
    }
    end->got[msg->object]++;
    if (keeps) {
        page_put(page);
    }
    if (end->to_post > 0 && link_strikes(faults.answers)) {
        post_one(end, LANE_URGENT, false);
    }
    return keeps;
}

static void finish(struct parcel *parcel, bool sent)
{
    struct end *end = parcel->owner;

    suite_check(!parcel->in_hardware);
    end->finished++;
    end->unsent += !sent;
    free((void *)(uintptr_t)parcel->payload);
    free(parcel);
}

static void awaits(uint32_t node, bool awaits)
{
    suite_check(ends[1 - node].awaits != awaits);
    ends[1 - node].awaits = awaits;
}

static void room(void)
{
    for (unsigned i = 0; i < 2; i++) {
        ends[i].refused = false;
    }
}

const struct channel_ops link_ops = {
    post, flush, deliver, finish, awaits, room,
};

static bool post_one(struct end *end, enum lane lane, bool has_payload)
{
    struct parcel *parcel = calloc(1, sizeof(*parcel));

    if (has_payload) {
        parcel->payload = malloc(PAGE_SIZE);
        parcel->length = PAGE_SIZE;
        memset((void *)(uintptr_t)parcel->payload, (int)end->posted[lane],
               PAGE_SIZE);
    }
    parcel->owner = end;
    parcel->lane = lane;
    parcel->msg.type = MB_MSG_PAGE;
    parcel->msg.target = (uint16_t)(1 - (end - ends));
    parcel->msg.object = lane;
    parcel->msg.index = end->posted[lane];
    parcel->msg.tag = lane == LANE_BULK ? end->posted[LANE_URGENT] : 0;
    if (!channel_post(&end->channel, parcel)) {
        suite_check(lane == LANE_BULK);
        free((void *)(uintptr_t)parcel->payload);
        free(parcel);
        return false;
    }
    end->posted[lane]++;
    end->to_post--;
    return true;
}

/* Some at a time, now more than the window, now one. */
static void post_some(struct end *end)
{
    unsigned burst = link_strikes(2) ? CHANNEL_WINDOW + 9
                                : 1 + (unsigned)(suite_random(&seed) % 6);
    bool urgent = link_strikes(50);

    while (burst-- > 0 && end->to_post > 0 && (urgent || !end->refused)) {
        if (!post_one(end, urgent ? LANE_URGENT : LANE_BULK, link_strikes(60))) {
            end->refused = true;
        }
    }
    end->next_post_ns = now_ns + 1 + suite_random(&seed) % 100000;
}

/* -- time -- */

static void earliest(uint64_t *ns, uint64_t candidate_ns)
{
    *ns = candidate_ns < *ns ? candidate_ns : *ns;
}

static uint64_t next_event_ns(void)
{
    uint64_t ns = deadline_ns;

    for (unsigned i = 0; i < air_end; i++) {
        if (air[i].used) {
            earliest(&ns, air[i].at_ns);
        }
    }
    for (unsigned i = 0; i < 2; i++) {
        if (ends[i].busy) {
            earliest(&ns, ends[i].busy_until_ns);
        }
        if (ends[i].to_post > 0 && !ends[i].refused) {
            earliest(&ns, ends[i].next_post_ns);
        }
    }
    return ns;
}

static struct flying *first_due(void)
{
    struct flying *first = NULL;

    for (unsigned i = 0; i < air_end; i++) {
        if (air[i].used && air[i].at_ns <= now_ns &&
            (first == NULL || air[i].order < first->order)) {
            first = &air[i];
        }
    }
    while (air_end > 0 && !air[air_end - 1].used) {
        air_end--;
    }
    return first;
}

void link_run(uint64_t until_ns)
{
    uint64_t ns;

    while ((ns = next_event_ns()) != UINT64_MAX && ns <= until_ns) {
        struct flying *flying;

        now_ns = ns > now_ns ? ns : now_ns;
        for (unsigned i = 0; i < 2; i++) {
            struct end *end = &ends[i];

            if (end->busy && end->busy_until_ns <= now_ns) {
                finish_sending(end);
            }
            if (end->to_post > 0 && !end->refused &&
                end->next_post_ns <= now_ns) {
                post_some(end);
            }
        }
        while ((flying = first_due()) != NULL) {
            land(flying);
        }
        if (deadline_ns <= now_ns) {
            timer_interrupt();
        }
        start_sending(&ends[0]);
        start_sending(&ends[1]);
    }
}

void link_reset(uint64_t number)
{
    seed = number;
    now_ns = 0;
    air_order = 0;
    memset(ends, 0, sizeof(ends));
    memset(&faults, 0, sizeof(faults));
    timer_set_hardware(&now_ns, set_deadline);
}
