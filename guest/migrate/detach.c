/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What belongs to the process in a move without some techniques.
 *
 * The process is frozen meanwhile, but others of the node may go on changing
 * the same files: so their blocks are flushed twice at most.
 */
#include "migrate/detach.h"

#include "include/uapi/techniques.h"
#include "ipc/port_move.h"
#include "migrate/algorithm.h"
#include "migrate/departure_internal.h"
#include "srv/srv.h"

#define FLUSHES_MOST    2u

/* True: nothing of /srv has to be waited for. */
static bool flush_files(struct departure *d)
{
    if (!(d->move.without & WITHOUT_FILES_APART)) {
        return true;
    }
    while (d->flushes < FLUSHES_MOST) {
        if (!srv_is_flushing(d->proc->files)) {
            srv_left(d->proc->files);
            d->flushes++;
        }
        if (srv_is_flushing(d->proc->files)) {
            return false;
        }
    }
    return !srv_is_flushing(d->proc->files);
}

static bool shut_ports(const struct departure *d)
{
    return !(d->move.without & WITHOUT_COMMUNICATION_APART) ||
           ports_shut(d->move.pid, d->move.epoch);
}

bool detach_begin(struct departure *d)
{
    d->detaches = !shut_ports(d) || !flush_files(d);
    return !d->detaches;
}

void detach_progress(struct departure *d)
{
    if (d->state == DEPARTURE_SENT && d->detaches && !d->unreachable &&
        shut_ports(d) && flush_files(d)) {
        d->detaches = false;
        departure_capture(d);
    }
}

/* As many runs as the process has files, which a list has room for. */
static struct change_list *list_files(struct departure *d)
{
    struct change_list *list = &d->buffer->noted.written;
    uint32_t end = object_end(d->proc);

    if (d->round.number == 0) {
        list->runs = d->buffer->change_runs[0].written;
    }
    list->count = 0;
    for (uint32_t object = MB_OBJECT_FILE0; object < end; object++) {
        const struct mb_page_run whole = { object, CHANGES_WHOLE, 0 };

        change_list_add(list, &whole);
    }
    return list;
}

void detach_add_files(struct departure *d)
{
    struct change_list *list;

    if (!(d->move.without & WITHOUT_FILES_APART) || d->all_critical ||
        d->deposit.first || d->push.list != NULL) {
        return;
    }
    d->files_critical = true;
    list = list_files(d);
    d->push.left = push_count_list(d, list);
    d->push.list = d->push.left > 0 ? list : NULL;
}
