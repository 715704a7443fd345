/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Migration bridge: descriptors in guest memory.
 *
 * All fields are little endian, all structures are aligned to 8 bytes. The
 * device reads a descriptor once, into memory of its own, and checks the copy.
 */
#ifndef HW_ABI_RING_H
#define HW_ABI_RING_H

#include <stdint.h>

/* The largest payload of one message: a page. */
#define MB_PAYLOAD_MAX      4096u
/* What one message costs on the wire beside its payload: struct mb_msg. */
#define MB_WIRE_HEADER      64u

/*
 * The part of a message that the bridge carries without looking at it, but
 * for `source`, which it writes, and `target`, which it obeys; and for requests
 * for pages that it has been told to serve (export.h). The kernels' use of the
 * other fields is in message.h.
 */
struct mb_msg {
    uint16_t type;
    uint16_t flags;
    uint16_t source;
    uint16_t target;
    uint32_t pid;
    uint32_t epoch;
    uint32_t object;
    uint32_t aux;
    uint64_t index;
    uint64_t tag;
    uint64_t arg;
    /* of the kernels' channel; all zero where a link cannot lose anything */
    uint32_t channel_seq;
    uint32_t channel_ack;
    uint64_t channel_sack;
};
_Static_assert(sizeof(struct mb_msg) == 64, "ABI");

/*
 * Transmit descriptor. The payload is read when the message starts on the
 * wire, the entry counts as done (MB_TX_HEAD) when its last byte has left.
 */
struct mb_tx_desc {
    struct mb_msg msg;
    uint64_t addr;              /* payload in guest memory */
    uint32_t length;            /* 0..MB_PAYLOAD_MAX */
    uint32_t flags;             /* MB_TX_DESC_* */
};
_Static_assert(sizeof(struct mb_tx_desc) == 80, "ABI");

#define MB_TX_DESC_IRQ      (1u << 0)   /* raise MB_IRQ_TX when done */
#define MB_TX_DESC_FLAGS    0x1u

/* Receive buffer; buffers are filled in the order in which they stand. */
struct mb_rx_desc {
    uint64_t addr;
    uint32_t length;            /* at least MB_PAYLOAD_MAX */
    uint32_t reserved;
};
_Static_assert(sizeof(struct mb_rx_desc) == 16, "ABI");

/* Entry i of the completion ring tells of entry i of the buffer ring. A
 * message without a payload uses up a buffer, too. */
struct mb_rx_completion {
    struct mb_msg msg;
    uint64_t arrival_ns;        /* virtual time of delivery */
    uint32_t length;            /* bytes written to the buffer */
    uint32_t reserved;
};
_Static_assert(sizeof(struct mb_rx_completion) == 80, "ABI");

/* What MB_REG_OUTPUT points to: bytes a process wrote to an output stream. */
struct mb_output_desc {
    uint32_t pid;
    uint32_t stream;            /* 1: standard output, 2: standard error */
    uint64_t offset;            /* of the first byte in the stream */
    uint64_t addr;              /* in guest memory */
    uint32_t length;            /* 1..MB_OUTPUT_MAX */
    uint32_t reserved;
};
_Static_assert(sizeof(struct mb_output_desc) == 32, "ABI");

#define MB_OUTPUT_MAX       4096u

#endif
