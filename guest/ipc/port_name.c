/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Names: each is kept by one node, which its hash chooses.
 *
 * An entry says which port has the name and where that port is at home. The new
 * home of a port tells it, and the old one lets go of the port only when it has
 * been told so: what a question is answered with was true when it was answered,
 * and whoever comes too late to that node asks again.
 */
#include "ipc/port_internal.h"

#include <stddef.h>

#include "drivers/migbridge.h"
#include "fs/pathname.h"
#include "lib/errno.h"
#include "lib/string.h"

#define TABLE   256u

struct entry {
    struct entry *next;
    struct port_name name;
    uint64_t port;
    uint32_t node;              /* where it is at home */
};

static struct slab entries = SLAB(struct entry, NAMES_MAX);
static struct entry *table[TABLE];

uint32_t name_node(const struct port_name *name)
{
    return pathname_hash(name->text, name->bytes) % bridge_node_count();
}

bool name_equal(const struct port_name *a, const struct port_name *b)
{
    return a->bytes == b->bytes && memcmp(a->text, b->text, a->bytes) == 0;
}

void name_of(const struct letter *letter, struct port_name *name)
{
    name->bytes = letter->page != NULL ? letter->length : 0;
    if (name->bytes > PORT_NAME_MAX) {
        name->bytes = PORT_NAME_MAX;
    }
    memcpy(name->text, letter->page, name->bytes);
}

void port_post_name(const struct mb_msg *msg, const struct port_name *name)
{
    port_post(msg, name->text, name->bytes);
}

/* The entry of a name, or where it would be. */
static struct entry **find(const struct port_name *name)
{
    struct entry **at = &table[pathname_hash(name->text, name->bytes) % TABLE];

    while (*at != NULL && !name_equal(&(*at)->name, name)) {
        at = &(*at)->next;
    }
    return at;
}

static void drop(struct entry **at)
{
    struct entry *entry = *at;

    *at = entry->next;
    slab_free(&entries, entry);
}

void names_take(struct letter *letter)
{
    struct mb_msg answer = port_control(MB_PORT_NAMED, letter->msg.source,
                                        letter->msg.tag, 0);
    struct port_name name;
    struct entry **at;

    name_of(letter, &name);
    at = find(&name);
    if (*at != NULL) {
        answer.aux = EADDRINUSE;
    } else if ((*at = slab_alloc(&entries)) == NULL) {
        answer.aux = ENOBUFS;
    } else {
        **at = (struct entry){
            .name = name,
            .port = letter->msg.tag,
            .node = letter->msg.source,
        };
    }
    port_post(&answer, NULL, 0);
}

void names_drop(struct letter *letter)
{
    struct port_name name;
    struct entry **at;

    name_of(letter, &name);
    at = find(&name);
    if (*at != NULL && (*at)->port == letter->msg.tag) {
        drop(at);
    }
}

void names_lookup(struct letter *letter)
{
    struct mb_msg answer = port_control(MB_PORT_FOUND, letter->msg.source,
                                        letter->msg.tag, 0);
    struct port_name name;
    struct entry *entry;

    name_of(letter, &name);
    entry = *find(&name);
    if (entry != NULL) {
        answer.tag = entry->port;
        answer.aux = entry->node;
    }
    port_post(&answer, NULL, 0);
}

void names_moved(const struct letter *letter)
{
    struct port_name name;
    struct entry *entry;

    name_of(letter, &name);
    entry = *find(&name);
    if (entry != NULL && entry->port == letter->msg.tag) {
        entry->node = letter->msg.aux;
    }
}

void names_lost(uint32_t node)
{
    for (uint32_t i = 0; i < TABLE; i++) {
        struct entry **at = &table[i];

        while (*at != NULL) {
            if ((*at)->node == node) {
                drop(at);
            } else {
                at = &(*at)->next;
            }
        }
    }
}
