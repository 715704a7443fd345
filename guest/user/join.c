/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A hash join: a table is built of one relation (read in sequence, written at
 * random) and asked for each tuple of another one; what matches is written out
 * in sequence. Keys and values follow from the tuples' numbers, so that every
 * match can be checked without the table.
 *
 * join [TURNS [SIZE]]: a turn is a join; SIZE is that of relations, table and
 * result.
 */
#include <string.h>

#include "check.h"

#define USUAL_TURNS 30
#define USUAL_BYTES (160ul << 10)
#define NONE        UINT32_MAX
/* bytes that a tuple takes in all: twice 16, two words of the table, a match */
#define TUPLE_BYTES (2 * sizeof(struct tuple) + 2 * sizeof(uint32_t) + \
                     sizeof(struct match))

struct tuple {
    uint64_t key;
    uint64_t value;
};

struct match {
    uint32_t build;         /* number of the tuple in either relation */
    uint32_t probe;
};

static size_t tuple_count;      /* of each relation */
static struct tuple *builds;
static struct tuple *probes;
static uint32_t *heads;         /* of each bucket, the tuple that came last */
static uint32_t *nexts;         /* of each tuple, the next one of its bucket */
static struct match *matches;

/* Each key of builds is there once; probes have some of them, and others. */
static uint64_t build_key(uint64_t turn, size_t i)
{
    return mix(turn << 32 ^ i);
}

static uint64_t probe_partner(uint64_t turn, size_t i)
{
    return mix(~(turn << 32 ^ i)) % (2 * tuple_count);
}

static void make_relations(uint64_t turn)
{
    for (size_t i = 0; i < tuple_count; i++) {
        builds[i] = (struct tuple) { build_key(turn, i), mix(i) };
        probes[i] = (struct tuple) {
            build_key(turn, probe_partner(turn, i)), mix(i ^ turn)
        };
    }
}

static size_t bucket(uint64_t key)
{
    return key % tuple_count;
}

static void build(void)
{
    for (size_t i = 0; i < tuple_count; i++) {
        heads[i] = NONE;
    }
    for (size_t i = 0; i < tuple_count; i++) {
        uint32_t *head = &heads[bucket(builds[i].key)];

        nexts[i] = *head;
        *head = (uint32_t)i;
    }
}

static size_t probe(void)
{
    size_t count = 0;

    for (size_t i = 0; i < tuple_count; i++) {
        uint32_t at = heads[bucket(probes[i].key)];

        while (at != NONE && builds[at].key != probes[i].key) {
            at = nexts[at];
        }
        if (at != NONE) {
            matches[count++] = (struct match) { at, (uint32_t)i };
        }
    }
    return count;
}

/* Whoever has a partner is there, in order, and nobody else. */
static uint64_t verify(uint64_t turn, size_t count)
{
    size_t at = 0;
    uint64_t sum = 0;

    for (size_t i = 0; i < tuple_count; i++) {
        uint64_t partner = probe_partner(turn, i);

        if (partner >= tuple_count) {
            continue;
        }
        CHECK(at < count);
        check_equal("probe", matches[at].probe, i);
        check_equal("build", matches[at].build, partner);
        check_equal("value", builds[partner].value, mix(partner));
        check_equal("probe's value", probes[i].value, mix(i ^ turn));
        sum = mix(sum ^ builds[partner].value ^ probes[i].value);
        at++;
    }
    check_equal("matches", count, at);
    return sum;
}

int main(int argc, char **argv)
{
    unsigned long turns = rounds(argc, argv, USUAL_TURNS);
    uint64_t sum = 0;

    tuple_count = working_set(argc, argv, USUAL_BYTES) / TUPLE_BYTES;
    CHECK(tuple_count > 0);
    builds = array(tuple_count, sizeof(builds[0]));
    probes = array(tuple_count, sizeof(probes[0]));
    heads = array(tuple_count, sizeof(heads[0]));
    nexts = array(tuple_count, sizeof(nexts[0]));
    matches = array(tuple_count, sizeof(matches[0]));
    for (unsigned long turn = 0; turn < turns; turn++) {
        make_relations(turn);
        build();
        sum = mix(sum ^ verify(turn, probe()));
    }
    return pass("join", sum);
}
