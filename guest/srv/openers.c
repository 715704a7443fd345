/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Open files of the whole cluster, see openers.h.
 *
 * Invariant: a holder's numbers of opens are those of the openers on its node.
 */
#include "srv/openers.h"

#include <stddef.h>

#include "srv/pool.h"

#define BUCKETS 256u

struct opener {
    struct opener *next;
    uint32_t number;
    uint32_t file;
    uint32_t node;
    uint32_t epoch;
    bool writes;
};

static struct pool pool = POOL_OF(struct opener);
static struct opener *buckets[BUCKETS];
static uint32_t last_number;

static struct opener **find(uint32_t number)
{
    struct opener **link = &buckets[number % BUCKETS];

    while (*link != NULL && (*link)->number != number) {
        link = &(*link)->next;
    }
    return link;
}

static void count(const struct opener *opener, int32_t change)
{
    struct store_file *file = store_find(opener->file);

    if (file != NULL) {
        holder_count(file, opener->node, change,
                     opener->writes ? change : 0);
    }
}

uint32_t opener_make(struct store_file *file, uint32_t node, bool writes)
{
    struct opener *opener = pool_get(&pool);

    if (opener == NULL) {
        return 0;
    }
    opener->number = ++last_number;
    opener->file = file->id;
    opener->node = node;
    opener->writes = writes;
    *find(opener->number) = opener;
    count(opener, 1);
    return opener->number;
}

void opener_place(uint32_t number, uint32_t node)
{
    struct opener *opener = *find(number);

    if (opener != NULL && opener->node != node) {
        count(opener, -1);
        opener->node = node;
        count(opener, 1);
    }
}

void opener_move(uint32_t number, uint32_t node, uint32_t epoch)
{
    struct opener *opener = *find(number);

    if (opener != NULL && epoch > opener->epoch) {
        opener->epoch = epoch;
        opener_place(number, node);
    }
}

static void close(struct opener **link)
{
    struct opener *opener = *link;
    struct store_file *file = store_find(opener->file);

    count(opener, -1);
    *link = opener->next;
    pool_put(&pool, opener);
    if (file != NULL) {
        store_reap(file);
    }
}

void opener_close(uint32_t number)
{
    struct opener **link = find(number);

    if (*link != NULL) {
        close(link);
    }
}

void openers_lost(uint32_t node)
{
    for (uint32_t i = 0; i < BUCKETS; i++) {
        for (struct opener **link = &buckets[i]; *link != NULL;) {
            if ((*link)->node == node) {
                close(link);
            } else {
                link = &(*link)->next;
            }
        }
    }
}
