/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Migration bridge: registers.
 *
 * One table says which registers there are, how wide they are and what an
 * access does. Whatever is not in it, has another width, or is refused by the
 * register sets MB_STATUS_BAD_ACCESS, reads as zero and changes nothing.
 *
 * An access of 4 bytes to a register of 8 works through a latch: reading the
 * low half keeps the high half for the next access, writing the low half waits
 * for the high half. There is one latch for reading and one for writing.
 */
#include "qemu/osdep.h"
#include "qemu/atomic.h"
#include "qemu/log.h"
#include "migbridge.h"
#include "trace.h"

#define LATCH_NONE UINT64_MAX

#define READ  1
#define WRITE 2

typedef struct MigBridgeReg {
    uint8_t bytes;                  /* 4 or 8; 0: no such register */
    uint8_t access;
} MigBridgeReg;

#define REG(addr) [(addr) / 4]
#define REGS_TX(q) \
    REG(MB_REG_TX(q) + MB_TX_BASE) = { 8, READ | WRITE }, \
    REG(MB_REG_TX(q) + MB_TX_SIZE) = { 4, READ | WRITE }, \
    REG(MB_REG_TX(q) + MB_TX_TAIL) = { 4, READ | WRITE }, \
    REG(MB_REG_TX(q) + MB_TX_HEAD) = { 4, READ }
#define REGS_NODES(reg) \
    REG(reg(0)) = { 4, READ }, REG(reg(1)) = { 4, READ }, \
    REG(reg(2)) = { 4, READ }, REG(reg(3)) = { 4, READ }, \
    REG(reg(4)) = { 4, READ }, REG(reg(5)) = { 4, READ }, \
    REG(reg(6)) = { 4, READ }, REG(reg(7)) = { 4, READ }

static const MigBridgeReg regs[] = {
    REG(MB_REG_MAGIC)           = { 4, READ },
    REG(MB_REG_VERSION)         = { 4, READ },
    REG(MB_REG_NODE)            = { 4, READ },
    REG(MB_REG_NODE_COUNT)      = { 4, READ },
    REG(MB_REG_CONTROL)         = { 4, READ | WRITE },
    REG(MB_REG_STATUS)          = { 4, READ | WRITE },
    REG(MB_REG_IRQ_STATUS)      = { 4, READ | WRITE },
    REG(MB_REG_IRQ_ENABLE)      = { 4, READ | WRITE },
    REG(MB_REG_TIME_NS)         = { 8, READ },
    REG(MB_REG_INSTRET)         = { 8, READ },
    REG(MB_REG_TIMER_NS)        = { 8, READ | WRITE },
    REG(MB_REG_CLOCK_NUM)       = { 4, READ },
    REG(MB_REG_CLOCK_DEN)       = { 4, READ },
    REG(MB_REG_STAMP)           = { 8, WRITE },
    REG(MB_REG_OUTPUT)          = { 8, WRITE },
    REG(MB_REG_HALT)            = { 4, WRITE },
    REG(MB_REG_BOARD)           = { 8, READ | WRITE },
    REG(MB_REG_EXPORT)          = { 8, WRITE },
    REGS_NODES(MB_REG_LINKED),
    REGS_NODES(MB_REG_FAULTY),
    REGS_TX(MB_TX_URGENT),
    REGS_TX(MB_TX_BULK),
    REG(MB_REG_RX + MB_RX_BASE) = { 8, READ | WRITE },
    REG(MB_REG_RX + MB_RX_DONE) = { 8, READ | WRITE },
    REG(MB_REG_RX + MB_RX_SIZE) = { 4, READ | WRITE },
    REG(MB_REG_RX + MB_RX_TAIL) = { 4, READ | WRITE },
    REG(MB_REG_RX + MB_RX_HEAD) = { 4, READ },
};

/* -- what they do -- */

/* Bit i: there is a link to node @first + i; one with all of @flags. */
static uint32_t get_linked(const MigBridgeState *s, uint32_t first,
                           uint32_t flags)
{
    uint32_t bits = 0;

    for (uint32_t i = 0; i < 32 && first + i < s->segment.node_count; i++) {
        const MigBridgeLink *out = &s->out[first + i];
        const MigBridgeLink *in = &s->in[first + i];
        uint32_t has = out->model.flags | in->model.flags;

        bits |= (uint32_t)(out->shared && (has & flags) == flags) << i;
    }
    return bits;
}

static uint64_t reg_get(MigBridgeState *s, hwaddr addr)
{
    switch (addr) {
    case MB_REG_MAGIC:
        return MB_MAGIC;
    case MB_REG_VERSION:
        return MB_VERSION;
    case MB_REG_NODE:
        return s->node;
    case MB_REG_NODE_COUNT:
        return s->segment.node_count;
    case MB_REG_CONTROL:
        return s->enabled ? MB_CONTROL_ENABLE : 0;
    case MB_REG_STATUS:
        return s->status;
    case MB_REG_IRQ_STATUS:
        return s->irq_status;
    case MB_REG_IRQ_ENABLE:
        return s->irq_enable;
    case MB_REG_TIME_NS:
        return migbridge_now();
    case MB_REG_INSTRET:
        return migbridge_instret();
    case MB_REG_TIMER_NS:
        return s->timer_ns;
    case MB_REG_CLOCK_NUM:
        return s->segment.clock_num;
    case MB_REG_CLOCK_DEN:
        return s->segment.clock_den;
    case MB_REG_BOARD:
        return s->board;
    case MB_REG_LINKED(0) ... MB_REG_LINKED(7):
        return get_linked(s, (addr - MB_REG_LINKED(0)) * 8, 0);
    case MB_REG_FAULTY(0) ... MB_REG_FAULTY(7):
        return get_linked(s, (addr - MB_REG_FAULTY(0)) * 8, MB_LINK_FAULTY);
    default:
        return migbridge_queue_get(s, addr);
    }
}

static void control_enable(MigBridgeState *s)
{
    if (!migbridge_tx_check(s) || !migbridge_rx_check(s)) {
        qemu_log_mask(LOG_GUEST_ERROR, "migbridge: bad address of a queue\n");
        migbridge_status_set(s, MB_STATUS_BAD_QUEUE);
        return;
    }
    s->enabled = true;
}

static bool set_control(MigBridgeState *s, uint32_t value)
{
    if (value & ~(MB_CONTROL_ENABLE | MB_CONTROL_RESET)) {
        return false;
    }
    if (value & MB_CONTROL_RESET) {
        migbridge_reset(s);
    } else if (value & MB_CONTROL_ENABLE) {
        control_enable(s);
    } else {
        s->enabled = false;
        migbridge_tx_reset(s);
        migbridge_rx_reset(s);
        migbridge_export_reset(s);
    }
    return true;
}

static bool set_irq_enable(MigBridgeState *s, uint32_t value)
{
    if (value & ~MB_IRQ_ALL) {
        return false;
    }
    s->irq_enable = value;
    migbridge_irq_update(s);
    return true;
}

static bool set_halt(MigBridgeState *s, uint32_t value)
{
    if (value != MB_HALT_PANIC && value != MB_HALT_CONFIG) {
        return false;
    }
    migbridge_record_trace(s, MB_TRACE_HALT, NULL, (uint64_t[4]) { value });
    migbridge_sync_halt(s, value);
    return true;
}

static void set_board(MigBridgeState *s, uint64_t addr)
{
    s->board = addr;
    qatomic_set(&s->segment.nodes[s->node].board, addr);
}

/* False: bad value, nothing has changed. */
static bool reg_set(MigBridgeState *s, hwaddr addr, uint64_t value)
{
    switch (addr) {
    case MB_REG_CONTROL:
        return set_control(s, value);
    case MB_REG_STATUS:
        migbridge_status_clear(s, value);
        break;
    case MB_REG_IRQ_STATUS:
        migbridge_irq_clear(s, value);
        break;
    case MB_REG_IRQ_ENABLE:
        return set_irq_enable(s, value);
    case MB_REG_TIMER_NS:
        migbridge_timer_set(s, value);
        break;
    case MB_REG_STAMP:
        migbridge_record_stamp(s, value);
        break;
    case MB_REG_OUTPUT:
        migbridge_record_output(s, value);
        break;
    case MB_REG_HALT:
        return set_halt(s, value);
    case MB_REG_BOARD:
        set_board(s, value);
        break;
    case MB_REG_EXPORT:
        migbridge_export_set(s, value);
        break;
    default:
        migbridge_queue_set(s, addr, value);
        break;
    }
    return true;
}

/* -- accesses -- */

static const MigBridgeReg *reg_at(hwaddr addr)
{
    if (addr / 4 < ARRAY_SIZE(regs) && regs[addr / 4].bytes != 0) {
        return &regs[addr / 4];
    }
    return NULL;
}

/* The register that an access belongs to; @addr becomes its address. */
static const MigBridgeReg *reg_find(hwaddr *addr, unsigned size, bool *high)
{
    const MigBridgeReg *reg;

    *high = false;
    if ((size != 4 && size != 8) || *addr % size != 0) {
        return NULL;
    }
    reg = reg_at(*addr);
    if (!reg && size == 4 && *addr % 8 == 4) {
        reg = reg_at(*addr - 4);
        if (reg && reg->bytes == 8) {
            *high = true;
            *addr -= 4;
        } else {
            reg = NULL;
        }
    }
    return reg && size <= reg->bytes ? reg : NULL;
}

static void bad_access(MigBridgeState *s, const char *what, hwaddr addr,
                       unsigned size)
{
    qemu_log_mask(LOG_GUEST_ERROR, "migbridge: bad %s of %u bytes at 0x%"
                  HWADDR_PRIx "\n", what, size, addr);
    migbridge_status_set(s, MB_STATUS_BAD_ACCESS);
}

static bool regs_do_read(MigBridgeState *s, hwaddr addr, unsigned size,
                         uint64_t *value)
{
    bool high;
    const MigBridgeReg *reg = reg_find(&addr, size, &high);

    if (!reg || !(reg->access & READ)) {
        return false;
    }
    if (high && s->read_latch.addr == addr) {
        *value = s->read_latch.value >> 32;
        s->read_latch.addr = LATCH_NONE;
        return true;
    }
    *value = reg_get(s, addr);
    if (high) {
        *value >>= 32;
    } else if (size < reg->bytes) {
        s->read_latch = (MigBridgeLatch) { addr, *value };
        *value = (uint32_t)*value;
    }
    return true;
}

static bool regs_do_write(MigBridgeState *s, hwaddr addr, unsigned size,
                          uint64_t value)
{
    bool high;
    const MigBridgeReg *reg = reg_find(&addr, size, &high);

    if (!reg || !(reg->access & WRITE)) {
        return false;
    }
    if (high) {
        if (s->write_latch.addr != addr) {
            return false;
        }
        value = value << 32 | s->write_latch.value;
        s->write_latch.addr = LATCH_NONE;
    } else if (size < reg->bytes) {
        s->write_latch = (MigBridgeLatch) { addr, (uint32_t)value };
        return true;
    }
    return reg_set(s, addr, value);
}

void migbridge_regs_reset(MigBridgeState *s)
{
    set_board(s, 0);
    s->read_latch.addr = LATCH_NONE;
    s->write_latch.addr = LATCH_NONE;
}

static uint64_t regs_read(void *opaque, hwaddr addr, unsigned size)
{
    MigBridgeState *s = opaque;
    uint64_t value = 0;

    if (!s->segment.synchronised) {
        /* Nothing but the guest tells us when to look for messages. */
        migbridge_run(s);
    }
    if (!regs_do_read(s, addr, size, &value)) {
        bad_access(s, "read", addr, size);
    }
    trace_migbridge_read(addr, size, value);
    return value;
}

static void regs_write(void *opaque, hwaddr addr, uint64_t value,
                       unsigned size)
{
    MigBridgeState *s = opaque;

    trace_migbridge_write(addr, size, value);
    if (!regs_do_write(s, addr, size, value)) {
        bad_access(s, "write", addr, size);
    }
    migbridge_run(s);
}

const MemoryRegionOps migbridge_regs_ops = {
    .read = regs_read,
    .write = regs_write,
    .endianness = DEVICE_LITTLE_ENDIAN,
    /* Every access gets here, to be refused in the device's own way. */
    .valid = { .min_access_size = 1, .max_access_size = 8, .unaligned = true },
    .impl = { .min_access_size = 1, .max_access_size = 8, .unaligned = true },
};
