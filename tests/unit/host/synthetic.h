/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Traces made by hand: the records of a migration with known numbers.
 */
#ifndef TESTS_UNIT_HOST_SYNTHETIC_H
#define TESTS_UNIT_HOST_SYNTHETIC_H

#include <stdbool.h>
#include <stdint.h>

#include <glib.h>

#include "lib/ledger.h"
#include "lib/trace-file.h"

#include "hw/abi/message.h"
#include "hw/abi/ring.h"
#include "hw/abi/trace.h"

#define SYNTHETIC_NODES 2

/* The clock of the numbers below: an instruction takes 2 ns. */
#define SYNTHETIC_NS_PER_INSN   2

/* Times of synthetic_migration(), after its start. */
#define SYNTHETIC_SELECTED      100
#define SYNTHETIC_FIRST_START   300
#define SYNTHETIC_SENT          304     /* stamped behind the doorbell */
#define SYNTHETIC_TX_END        50000
#define SYNTHETIC_RX            100000
#define SYNTHETIC_RECEIVED      100200
#define SYNTHETIC_INSTALLED     101000
#define SYNTHETIC_RESUMED       101050
#define SYNTHETIC_DRAINED       400000
#define SYNTHETIC_SETTLED       450600
#define SYNTHETIC_USER_CYCLES   30001
/* Its critical messages: state, a page, the used part of a page. */
#define SYNTHETIC_STATE_BYTES   1000
#define SYNTHETIC_STACK_BYTES   512

/* Records in the order in which they were added, whatever their time. */
typedef struct {
    GArray *records;            /* of struct mb_trace_record */
    uint32_t seq[SYNTHETIC_NODES];
    uint64_t number[SYNTHETIC_NODES];   /* of the next message, by source */
} Synthetic;

Synthetic *synthetic_new(void);
void synthetic_free(Synthetic *synthetic);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Synthetic, synthetic_free)

/* Adds a record of process 1, epoch 1. */
struct mb_trace_record *synthetic_add(Synthetic *synthetic, uint32_t node,
                                      uint16_t type, uint64_t time_ns,
                                      uint64_t arg0, uint64_t arg1,
                                      uint64_t arg2, uint64_t arg3);

/* One of the device's records of a message: of its source, or of its target
 * where it arrives or is dropped. `more` is for bits 48 on of argument 3. */
struct mb_trace_record *synthetic_message(Synthetic *synthetic, uint16_t type,
                                          uint32_t source, uint64_t time_ns,
                                          uint64_t number, uint64_t what,
                                          uint64_t tag, uint64_t more);
/* What a record says of the message: argument 0. */
uint64_t synthetic_what(uint32_t type, uint32_t flags, uint32_t bytes);

void synthetic_start(Synthetic *synthetic, uint32_t node, uint64_t time_ns);
void synthetic_exit(Synthetic *synthetic, uint32_t node, uint64_t time_ns,
                    uint32_t wait_status);
/* Process 1 from node 0 to node 1, the first migration of the plan, by the
 * freeze-free algorithm, frozen at `time_ns`; with two faults, one asked for
 * and one that came unasked. */
void synthetic_migration(Synthetic *synthetic, uint64_t time_ns);

/* Takes the first record of this kind away; `mark` is its mark, or -1. */
void synthetic_remove(Synthetic *synthetic, uint16_t type, int mark);
struct mb_trace_record *synthetic_find(Synthetic *synthetic, uint16_t type,
                                       int mark);

/* As a trace file, read back. */
TraceFile *synthetic_open(Synthetic *synthetic);

/* A cycle of node 1 takes 4/3 ns. */
extern const LedgerClock synthetic_clocks[SYNTHETIC_NODES];
/* Between the two nodes: 50 us, 1 Gbit/s. */
extern const struct mb_link_model
    synthetic_links[SYNTHETIC_NODES * SYNTHETIC_NODES];
/* Of process 1, which the plan starts on node 0; NULL with an error. */
Ledger *synthetic_ledger(Synthetic *synthetic, GError **error);

#endif
