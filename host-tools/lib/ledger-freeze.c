/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a move did to messages for its process (docs/specs/result.md, "Message
 * freeze").
 */
#include "ledger-marks.h"

/* One message: by the port that it is for, who sent it, and its number there. */
typedef struct {
    uint64_t port;
    uint64_t from;
    uint64_t number;
    uint64_t times_ns[MB_MESSAGE_MARKS];    /* 0: never */
} MessageMarks;

static guint hash_message(gconstpointer key)
{
    const MessageMarks *m = key;

    return (guint)m->number * 31 + (guint)m->from * 257 + (guint)m->port;
}

static gboolean equal_messages(gconstpointer a, gconstpointer b)
{
    const MessageMarks *left = a;
    const MessageMarks *right = b;

    return left->port == right->port && left->from == right->from &&
        left->number == right->number;
}

GHashTable *ledger_messages_new(void)
{
    return g_hash_table_new_full(hash_message, equal_messages, g_free, NULL);
}

static MessageMarks *need_message(GHashTable *messages, const Record *record)
{
    const MessageMarks key = {
        .port = record->arg[0], .from = record->arg[1],
        .number = record->arg[2],
    };
    MessageMarks *message = g_hash_table_lookup(messages, &key);

    if (message == NULL) {
        message = g_memdup2(&key, sizeof(key));
        g_hash_table_add(messages, message);
    }
    return message;
}

static bool take_refusal(MigrationMarks *marks, const Record *record,
                         GError **error)
{
    LedgerFreeze *freeze = &marks->migration->freeze;

    if (record->arg[2] > record->time_ns) {
        return ledger_fail(marks, error, "a link is accepted before it was "
                           "refused");
    }
    freeze->refused++;
    freeze->refusal_ns = MAX(freeze->refusal_ns,
                             record->time_ns - record->arg[2]);
    return true;
}

bool ledger_take_freeze(MigrationMarks *marks, const Record *record,
                        GError **error)
{
    uint64_t mark = record->arg[3];
    MessageMarks *message;

    switch (mark) {
    case MB_MESSAGE_HOME:
        marks->migration->freeze.ports++;
        marks->last_home = record;
        return true;
    case MB_MESSAGE_REFUSED:
        return take_refusal(marks, record, error);
    default:
        break;
    }
    if (mark >= MB_MESSAGE_MARKS) {
        return ledger_fail(marks, error, "unknown mark %" G_GUINT64_FORMAT
                           " of a message", mark);
    }
    message = need_message(marks->messages, record);
    if (message->times_ns[mark] != 0) {
        return ledger_fail(marks, error, "a message has a mark twice, at %"
                           G_GUINT64_FORMAT " and %" G_GUINT64_FORMAT "ns",
                           message->times_ns[mark], record->time_ns);
    }
    message->times_ns[mark] = record->time_ns;
    return true;
}

/* Either the port has taken it, or its old home for it. */
static uint64_t accepted_time(const MessageMarks *message)
{
    uint64_t taken_ns = message->times_ns[MB_MESSAGE_ACCEPTED];

    return taken_ns != 0 ? taken_ns : message->times_ns[MB_MESSAGE_SENT_ON];
}

static bool check_order(const MigrationMarks *marks,
                        const MessageMarks *message, GError **error)
{
    uint64_t accepted_ns = accepted_time(message);
    uint64_t readable_ns = message->times_ns[MB_MESSAGE_READABLE];
    uint64_t read_ns = message->times_ns[MB_MESSAGE_READ];

    if (readable_ns != 0 && (accepted_ns == 0 || accepted_ns > readable_ns)) {
        return ledger_fail(marks, error, "a message can be read at %"
                           G_GUINT64_FORMAT "ns before it was accepted",
                           readable_ns);
    }
    if (read_ns != 0 && (readable_ns == 0 || readable_ns > read_ns)) {
        return ledger_fail(marks, error, "a message was read at %"
                           G_GUINT64_FORMAT "ns before it could be", read_ns);
    }
    return true;
}

/* How long the move, and nothing else, kept it from being read: the process
 * was frozen, or it or one before it was on its way. */
static uint64_t delay_of(const LedgerMigration *migration,
                         const MessageMarks *message)
{
    uint64_t from_ns = MAX(accepted_time(message), migration->started_ns);
    uint64_t until_ns = MAX(message->times_ns[MB_MESSAGE_READABLE],
                            migration->started_ns + migration->latency_ns);

    return until_ns > from_ns ? until_ns - from_ns : 0;
}

static void count_message(LedgerMigration *migration,
                          const MessageMarks *message, GArray *delays_ns,
                          GArray *waits_ns)
{
    LedgerFreeze *freeze = &migration->freeze;
    uint64_t accepted_ns = accepted_time(message);
    uint64_t readable_ns = message->times_ns[MB_MESSAGE_READABLE];
    uint64_t read_ns = message->times_ns[MB_MESSAGE_READ];

    if (accepted_ns <= migration->started_ns) {
        freeze->queued++;
    } else {
        freeze->accepted++;
    }
    freeze->sent_on += message->times_ns[MB_MESSAGE_SENT_ON] != 0;
    if (readable_ns != 0) {
        uint64_t delay_ns = delay_of(migration, message);
        g_array_append_val(delays_ns, delay_ns);
    }
    if (read_ns != 0) {
        uint64_t wait_ns = read_ns - accepted_ns;
        g_array_append_val(waits_ns, wait_ns);
    }
}

bool ledger_compute_freeze(const MigrationMarks *marks, GError **error)
{
    LedgerMigration *migration = marks->migration;
    LedgerFreeze *freeze = &migration->freeze;
    g_autoptr(GArray) delays_ns = g_array_new(FALSE, FALSE, sizeof(uint64_t));
    g_autoptr(GArray) waits_ns = g_array_new(FALSE, FALSE, sizeof(uint64_t));
    GHashTableIter iter;
    gpointer message;

    if (migration->outcome != OUTCOME_DONE) {
        return true;
    }
    if (marks->last_home != NULL) {
        freeze->home_ns = marks->last_home->time_ns - migration->started_ns;
    }
    g_hash_table_iter_init(&iter, marks->messages);
    while (g_hash_table_iter_next(&iter, &message, NULL)) {
        if (!check_order(marks, message, error)) {
            return false;
        }
        count_message(migration, message, delays_ns, waits_ns);
    }
    freeze->delayed = delays_ns->len;
    freeze->delay = ledger_statistics((uint64_t *)delays_ns->data,
                                      delays_ns->len);
    freeze->read = waits_ns->len;
    freeze->wait = ledger_statistics((uint64_t *)waits_ns->data,
                                     waits_ns->len);
    return true;
}
