/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Stands in for the emulator of a node: takes its command line, joins the
 * segment and plays what the variable FAKE_NODE names, without a guest.
 *
 * As in an emulator, the main thread is a main loop that beats, and another
 * thread is the processor; fake-plays.c and fake-hangs.c have what that one
 * plays.
 */
#ifndef TESTS_UNIT_HOST_FAKE_NODE_H
#define TESTS_UNIT_HOST_FAKE_NODE_H

#include <stdint.h>
#include <stdio.h>

#include "lib/segment.h"

#include "hw/abi/trace.h"

#define FAKE_START_NS   UINT64_C(3200000)   /* what a node's line says at first */
#define FAKE_END_NS     UINT64_C(10000000)
#define FAKE_LATE_US    1500000     /* longer than any hang may last */

/* What the main loop does instead of going round. */
typedef enum {
    MAIN_LOOPS,
    MAIN_WAITS,                 /* for a lock that nobody gives back */
    MAIN_SPINS,
    MAIN_IS_LATE,               /* by FAKE_LATE_US */
} FakeMain;

typedef struct {
    Segment *segment;
    uint32_t index;
    struct mb_node *line;
    uint64_t trace_head;
    uint64_t output_head;
    uint32_t seq;
    FILE *console;
    int memory_fd;
    uint32_t main;              /* enum FakeMain, atomic */
    bool main_is_told;          /* it has seen that it must stop, atomic */
} FakeNode;

/* Rings: they sleep until the host tool has made room. */
void fake_node_put_record(FakeNode *node,
                          const struct mb_trace_record *record);
void fake_node_put_output(FakeNode *node, uint64_t offset, const char *text,
                          uint32_t length);

void fake_node_set_state(FakeNode *node, uint32_t state);
/* Ends the run when no node has anything left to say. */
void fake_node_end(FakeNode *node, enum mb_end end);
/* For good. */
void fake_node_sleep(void) G_GNUC_NORETURN;
/* The main loop does not go round any more when this returns. */
void fake_node_stop_main(FakeNode *node, FakeMain how);

/* -- plays, in the processor's thread -- */

typedef struct {
    const char *name;
    void (*play)(FakeNode *node);
} FakePlay;

/* fake-hangs.c; ends with an entry without a name. */
extern const FakePlay fake_hangs[];

void fake_play_ok(FakeNode *node);
/* Virtual time, for FAKE_LATE_US. */
void fake_pass_time(FakeNode *node);
/* As the experiment wanted. */
void fake_crash(FakeNode *node);

/* False: there is no such play. */
bool fake_play(FakeNode *node, const char *name);

#endif
