/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A bare-metal guest that checks the cycle clock from the inside.
 *
 * It measures what each class of instructions costs, then meets thousands of
 * timers: in the middle of code of mixed costs and with exceptions in it, and
 * asleep in WFI. Each has to interrupt at the first instruction boundary at or
 * behind its deadline, to the cycle, and virtual time has to be cycles * rate.
 * The boot arguments say what the rate is: 'rate=NUM/DEN', in ns per cycle.
 *
 * It prints the costs that it measured, a hash over all interrupts, the
 * instructions and the cycles, or FAILED and what was wrong.
 *
 * Invariant: under the flags of a reproducible node the printed line is the
 * same in every run, on any host, under any load.
 */
#include <stdint.h>

#include "bare.h"
#include "costs.h"

#define ACLINT_MTIMECMP ((volatile uint64_t *)0x02004000)
#define NS_PER_TICK     100

#define MSTATUS_MPIE    (1u << 7)
#define MSTATUS_FS      (3u << 13)
#define MIE_STIE        (1u << 5)
#define MIE_MTIE        (1u << 7)
#define MENVCFG_STCE    (1ull << 63)
#define MCAUSE_INTERRUPT (1ull << 63)
#define MCAUSE_ECALL_M  11

#define FNV_BASIS       0xcbf29ce484222325u
#define FNV_PRIME       0x100000001b3u

enum {
    INTERRUPTS_PER_PHASE = 3000,
    DISTANCE_MIN_CYCLES = 512,      /* more than it takes to set a timer */
    DISTANCE_MASK_CYCLES = 4095,
};

/* Newer than some assemblers. */
#define CSR_STIMECMP 0x14d
#define CSR_MENVCFG  0x30a

/* -- what the clock is -- */

static uint64_t rate_num;
static uint64_t rate_den;

static uint64_t parse_number(const char **text)
{
    uint64_t number = 0;

    while (**text >= '0' && **text <= '9') {
        number = 10 * number + *(*text)++ - '0';
    }
    return number;
}

static const char *skip_prefix(const char *text, const char *prefix)
{
    while (*prefix != '\0') {
        if (*text++ != *prefix++) {
            return 0;
        }
    }
    return text;
}

/* The boot arguments are somewhere in the device tree, as they are. */
static void find_rate(const char *tree)
{
    const uint8_t *bytes = (const uint8_t *)tree + 4;
    const char *end = tree + (bytes[1] << 16 | bytes[2] << 8 | bytes[3]);
    const char *rate = 0;

    while (tree < end && !rate) {
        rate = skip_prefix(tree++, "rate=");
    }
    if (!rate) {
        fail("rates in the boot arguments", 0, 1);
    }
    rate_num = parse_number(&rate);
    rate++;
    rate_den = parse_number(&rate);
}

/* The first cycle at which the clock shows @tick. */
static uint64_t tick_to_cycle(uint64_t tick)
{
    return (tick * NS_PER_TICK * rate_den + rate_num - 1) / rate_num;
}

static uint64_t cycle_to_tick(uint64_t cycle)
{
    return cycle * rate_num / rate_den / NS_PER_TICK;
}

/* -- timers -- */

static uint64_t hash = FNV_BASIS;
static uint64_t interrupt_count;
static uint64_t deadline_tick;

static void fold(uint64_t value)
{
    hash = (hash ^ value) * FNV_PRIME;
}

/* The two kinds of timers take turns. */
static void timer_set(void)
{
    uint64_t distance = DISTANCE_MIN_CYCLES +
                        ((hash >> 32) & DISTANCE_MASK_CYCLES);

    deadline_tick = cycle_to_tick(csr_read(mcycle) + distance) + 1;
    if (interrupt_count % 2 == 0) {
        csr_write(CSR_STIMECMP, -1);
        *ACLINT_MTIMECMP = deadline_tick;
    } else {
        *ACLINT_MTIMECMP = -1;
        csr_write(CSR_STIMECMP, deadline_tick);
    }
    if (csr_read(time) >= deadline_tick) {
        fail("too slow to set a timer", csr_read(time), deadline_tick);
    }
}

static void check_time(void)
{
    uint64_t tick, cycle;

    __asm__ volatile("csrr %0, time\n\tcsrr %1, mcycle"
                     : "=r"(tick), "=r"(cycle));
    expect("time", tick, cycle_to_tick(cycle - costs[CSR]));
}

static void phase_sleep(void)
{
    uint64_t before, after, wanted;

    while (interrupt_count < INTERRUPTS_PER_PHASE) {
        interrupt_count++;
        timer_set();
        __asm__ volatile("csrr %0, mcycle\n\twfi\n\tcsrr %1, mcycle\n\tnop"
                         : "=r"(before), "=r"(after));
        wanted = tick_to_cycle(deadline_tick);
        if (wanted < before + costs[SYSTEM]) {
            wanted = before + costs[SYSTEM];
        }
        expect("cycle behind WFI", after - costs[CSR], wanted);
        check_time();
        fold(after);
        fold(csr_read(minstret));
        fold(csr_read(mip));
    }
}

/* From track.S. */
extern const uint8_t track_classes[];
extern const uint32_t track[], track_end[], track_leave[];
void track_run(void *memory, void *nowhere);
void trap(void);

static uint64_t resumed_pc;     /* behind the last exception */

/* An exception at @pc, taken at the instruction boundary @cycle. */
static uint64_t handle_exception(uint64_t pc, uint64_t cycle)
{
    /* Then an interrupt was not due in front of its instruction. */
    if (csr_read(mcause) == MCAUSE_ECALL_M) {
        cycle -= costs[SYSTEM];
    }
    if (cycle >= tick_to_cycle(deadline_tick)) {
        fail("an interrupt missed an exception's boundary", cycle,
             tick_to_cycle(deadline_tick));
    }
    resumed_pc = pc + 4;
    return resumed_pc;
}

/* A timer interrupt in front of @pc, taken at the boundary @cycle. */
static uint64_t handle_timer(uint64_t pc, uint64_t cycle)
{
    uint64_t due = tick_to_cycle(deadline_tick);
    uint64_t i = (pc - (uint64_t)track) / 4;
    uint64_t last = track_end - track - 1;
    uint64_t cost = costs[track_classes[i > 0 ? i - 1 : last]];

    fold(cycle);
    fold(csr_read(minstret));
    fold(pc);
    if (i > last) {
        fail("interrupt outside of the track", pc, (uint64_t)track);
    }
    if (cycle < due) {
        fail("interrupt too early", cycle, due);
    }
    /* Behind an exception interrupts were off up to now. */
    if (cycle - cost >= due && pc != resumed_pc) {
        fail("interrupt too late", cycle, due + cost - 1);
    }
    resumed_pc = 0;
    if (++interrupt_count == 2 * INTERRUPTS_PER_PHASE) {
        csr_clear(mstatus, MSTATUS_MPIE);
        return (uint64_t)track_leave;
    }
    timer_set();
    return pc;
}

/*
 * Of a trap at @pc; mcycle was @entered when it was read there, mip @pending
 * right behind that.
 *
 * Return: where to go on.
 */
uint64_t trap_handle(uint64_t pc, uint64_t entered, uint64_t pending)
{
    /* The boundary is in front of the trap's first two instructions. */
    uint64_t cycle = entered - 2 * costs[CSR];

    expect("interrupt pending", (pending & (MIE_MTIE | MIE_STIE)) != 0,
           entered >= tick_to_cycle(deadline_tick));
    if (csr_read(mcause) & MCAUSE_INTERRUPT) {
        return handle_timer(pc, cycle);
    }
    return handle_exception(pc, cycle);
}

static void phase_track(void)
{
    static uint64_t memory;

    timer_set();
    track_run(&memory, 0);
}

void machine_main(const char *device_tree)
{
    csr_set(mstatus, MSTATUS_FS);
    csr_set(CSR_MENVCFG, MENVCFG_STCE);
    csr_write(mtvec, trap);
    csr_write(mie, MIE_MTIE | MIE_STIE);

    find_rate(device_tree);
    costs_measure();
    phase_sleep();
    phase_track();

    print(" ");
    print_hex(hash);
    print(" ");
    print_decimal(csr_read(minstret));
    print(" ");
    print_decimal(csr_read(mcycle));
    finish();
}

/* The reset vector jumps to the start of RAM; the stack is in .bss. */
__attribute__((naked, section(".text.start"))) void machine_start(void)
{
    __asm__ volatile("la sp, stack_top\n\t"
                     "mv a0, a1\n\t"
                     "j machine_main");
}
