/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Migration bridge: PCI identity and register map.
 *
 * This header is the datasheet in C; docs/specs/device.md explains it.
 * Registers live in BAR 0, little endian. A register of 8 bytes is accessed
 * with one aligned 8-byte or with two aligned 4-byte accesses, low half first;
 * everything else with aligned 4-byte accesses. Offsets not listed read as
 * zero and set MB_STATUS_BAD_ACCESS.
 */
#ifndef HW_ABI_REGS_H
#define HW_ABI_REGS_H

#include <stdint.h>

#define MB_PCI_VENDOR_ID    0x1b36u     /* Red Hat, as QEMU's own devices */
#define MB_PCI_DEVICE_ID    0x0060u     /* not assigned by anybody else */
#define MB_PCI_CLASS        0x0280u     /* network controller, other */
#define MB_PCI_REVISION     0x01u

#define MB_BAR_REGS         0           /* memory, 4 KiB */
#define MB_BAR_MSIX         1           /* memory, MSI-X table and PBA */
#define MB_BAR_REGS_BYTES   4096u

#define MB_MAGIC            0x54574447u /* "GDWT" */
#define MB_VERSION          0x00020003u /* major << 16 | minor */

/* Identification and state */
#define MB_REG_MAGIC        0x000       /* ro 4 */
#define MB_REG_VERSION      0x004       /* ro 4 */
#define MB_REG_NODE         0x008       /* ro 4: this node's number */
#define MB_REG_NODE_COUNT   0x00c       /* ro 4: nodes in the cluster */
#define MB_REG_CONTROL      0x010       /* rw 4: MB_CONTROL_* */
#define MB_REG_STATUS       0x014       /* rw 4: MB_STATUS_*, write 1 to clear */
#define MB_REG_IRQ_STATUS   0x018       /* rw 4: MB_IRQ_*, write 1 to clear */
#define MB_REG_IRQ_ENABLE   0x01c       /* rw 4: MB_IRQ_* */

/* Time, exact to the instruction that reads it */
#define MB_REG_TIME_NS      0x020       /* ro 8: virtual time */
#define MB_REG_INSTRET      0x028       /* ro 8: instructions since power on */
#define MB_REG_TIMER_NS     0x030       /* rw 8: deadline; MB_TIMER_OFF = none */
#define MB_REG_CLOCK_NUM    0x038       /* ro 4: a cycle takes NUM / DEN ns */
#define MB_REG_CLOCK_DEN    0x03c       /* ro 4 */

/* Write the guest physical address of a structure: the device acts on it
 * before the store completes, so the structure can be reused at once. */
#define MB_REG_STAMP        0x040       /* wo 8: struct mb_trace_record */
#define MB_REG_OUTPUT       0x048       /* wo 8: struct mb_output_desc */

/* End of this node's part in the run, see MB_HALT_* */
#define MB_REG_HALT         0x050       /* wo 4 */
/* Where in guest memory the kernel says who waits for what: struct mb_board */
#define MB_REG_BOARD        0x058       /* rw 8: address; 0: none */
/* Pages that the bridge serves by itself; acts as STAMP and OUTPUT do */
#define MB_REG_EXPORT       0x060       /* wo 8: struct mb_export */

/* Bit n & 31 of register n >> 5: there is a link to node n; it is faulty,
 * messages may be lost, doubled, or come late. */
#define MB_REG_LINKED(i)    (0x080 + 4 * (i))   /* ro 4, i: 0..7 */
#define MB_REG_FAULTY(i)    (0x0a0 + 4 * (i))   /* ro 4, i: 0..7 */

/* Transmit queues: 0 is urgent and always served first, 1 is bulk */
#define MB_TX_QUEUES        2
#define MB_TX_URGENT        0
#define MB_TX_BULK          1
#define MB_REG_TX(q)        (0x100 + (q) * 0x40)
#define MB_TX_BASE          0x00        /* rw 8: address of mb_tx_desc[] */
#define MB_TX_SIZE          0x08        /* rw 4: log2 of the entries, 1..12 */
#define MB_TX_TAIL          0x0c        /* rw 4: doorbell, free running */
#define MB_TX_HEAD          0x10        /* ro 4: entries done, free running */

/* Receive queue */
#define MB_REG_RX           0x200
#define MB_RX_BASE          0x00        /* rw 8: address of mb_rx_desc[] */
#define MB_RX_DONE          0x08        /* rw 8: of mb_rx_completion[] */
#define MB_RX_SIZE          0x10        /* rw 4: log2 of the entries, 1..12 */
#define MB_RX_TAIL          0x14        /* rw 4: buffers posted, free running */
#define MB_RX_HEAD          0x18        /* ro 4: buffers filled, free running */

#define MB_QUEUE_LOG2_MIN   1
#define MB_QUEUE_LOG2_MAX   12

/* MB_REG_CONTROL */
#define MB_CONTROL_ENABLE   (1u << 0)   /* queues run; their set-up is fixed */
#define MB_CONTROL_RESET    (1u << 1)   /* self-clearing */

/* MB_REG_STATUS: what the guest did wrong, or what broke */
#define MB_STATUS_BAD_ACCESS    (1u << 0)   /* no such register, width, value */
#define MB_STATUS_BAD_QUEUE     (1u << 1)   /* set-up or index out of range */
#define MB_STATUS_BAD_DESC      (1u << 2)   /* a descriptor was refused */
#define MB_STATUS_DMA_FAULT     (1u << 3)   /* guest memory not there */
#define MB_STATUS_BAD_STAMP     (1u << 4)   /* a trace record was refused */
#define MB_STATUS_BAD_OUTPUT    (1u << 5)   /* an output record was refused */
#define MB_STATUS_SEGMENT       (1u << 6)   /* a peer's ring was inconsistent */
#define MB_STATUS_BAD_EXPORT    (1u << 7)   /* an export was refused */
#define MB_STATUS_ALL           0xffu

/* MB_REG_IRQ_STATUS, MB_REG_IRQ_ENABLE; the bit is the MSI-X vector too.
 * INTx is the OR of the enabled bits. */
#define MB_IRQ_RX           (1u << 0)   /* a buffer was filled */
#define MB_IRQ_TX           (1u << 1)   /* a MB_TX_DESC_IRQ entry is done */
#define MB_IRQ_TIMER        (1u << 2)   /* MB_REG_TIMER_NS has passed */
#define MB_IRQ_ERROR        (1u << 3)   /* MB_REG_STATUS is not zero */
#define MB_IRQ_SERVED       (1u << 4)   /* an export's alarm: export.h */
#define MB_IRQ_ALL          0x1fu
#define MB_IRQ_VECTORS      5

#define MB_TIMER_OFF        UINT64_MAX

/* MB_REG_HALT: the whole run ends with an error */
#define MB_HALT_PANIC       1u          /* the kernel found a fault of its own */
#define MB_HALT_CONFIG      2u          /* plan or RAM disk unusable */

#endif
