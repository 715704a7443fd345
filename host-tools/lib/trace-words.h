/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Trace records in words (docs/specs/trace.md).
 */
#ifndef LIB_TRACE_WORDS_H
#define LIB_TRACE_WORDS_H

#include "hw/abi/trace.h"

/* What the record says, without where and when: "TX_START of PAGE (critical,
 * 4096 bytes) number 7 to node 1, process 1, epoch 1". Whatever is not known
 * is given as a number. */
char *trace_words(const struct mb_trace_record *record);
/* Of an enum mb_msg_type; NULL: there is none. */
const char *trace_message_name(uint32_t type);

#endif
