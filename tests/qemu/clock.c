/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A bare-metal guest whose every timer interrupt depends on the exact
 * instruction count.
 *
 * It sets one-shot timers at pseudo-random distances and meets them in three
 * ways: asleep in WFI, in the middle of a computation, and in a dense mix of
 * both. Each interrupt folds the interrupted pc, mcycle and minstret into a
 * hash that also decides how long the following computation takes, so that one
 * instruction too many anywhere changes everything after it. The hash goes to
 * the UART, then the machine is switched off.
 *
 * Invariant: under the flags of a reproducible node the printed line is the
 * same in every run, on any host, under any load.
 */
#include <stdint.h>

#define UART_THR       ((volatile uint8_t *)0x10000000)
#define TEST_FINISHER  ((volatile uint32_t *)0x00100000)
#define FINISHER_PASS  0x5555
#define ACLINT_MTIMECMP ((volatile uint64_t *)0x02004000)
#define ACLINT_MTIME   ((volatile uint64_t *)0x0200bff8)

#define MIE_MTIE       (1u << 7)
#define MSTATUS_MIE    (1u << 3)

#define FNV_BASIS      0xcbf29ce484222325u
#define FNV_PRIME      0x100000001b3u

enum { INTERRUPTS_PER_PHASE = 4000, DISTANCE_MASK_TICKS = 63 };

#define csr_read(csr)                                       \
    ({                                                      \
        uint64_t value_;                                    \
        __asm__ volatile("csrr %0, " #csr : "=r"(value_));  \
        value_;                                             \
    })

static volatile uint64_t hash = FNV_BASIS;
static volatile uint64_t interrupt_count;

static void fold(uint64_t value)
{
    hash = (hash ^ value) * FNV_PRIME;
}

static void timer_set(void)
{
    uint64_t distance = 1 + ((hash >> 32) & DISTANCE_MASK_TICKS);

    *ACLINT_MTIMECMP = *ACLINT_MTIME + distance;
}

__attribute__((interrupt("machine"), aligned(4))) static void trap(void)
{
    fold(csr_read(mcycle));
    fold(csr_read(minstret));
    fold(csr_read(mepc));
    fold(csr_read(mcause));
    interrupt_count++;
    timer_set();
}

static void compute(uint64_t rounds)
{
    uint64_t x = rounds;

    while (rounds-- > 0) {
        x = x * 6364136223846793005u + 1442695040888963407u;
        __asm__ volatile("" : "+r"(x));
    }
}

static void sleep_once(void)
{
    /* Instructions behind WFI in the same block must not be counted. */
    __asm__ volatile("wfi\n\tnop\n\tnop\n\tnop" ::: "memory");
}

static void phase_sleep(void)
{
    sleep_once();
}

static void phase_compute(void)
{
    compute(1 + (hash & 1023));
}

static void phase_mixed(void)
{
    compute(1 + (hash & 63));
    sleep_once();
}

static void run_phase(void (*step)(void))
{
    uint64_t last = interrupt_count + INTERRUPTS_PER_PHASE;

    while (interrupt_count < last) {
        step();
    }
}

static void print_hex(uint64_t value)
{
    for (int shift = 60; shift >= 0; shift -= 4) {
        *UART_THR = "0123456789abcdef"[(value >> shift) & 15];
    }
}

void machine_main(void)
{
    __asm__ volatile("csrw mtvec, %0" : : "r"(trap));
    timer_set();
    __asm__ volatile("csrw mie, %0" : : "r"((uint64_t)MIE_MTIE));
    __asm__ volatile("csrs mstatus, %0" : : "r"((uint64_t)MSTATUS_MIE));

    run_phase(phase_sleep);
    run_phase(phase_compute);
    run_phase(phase_mixed);

    __asm__ volatile("csrc mstatus, %0" : : "r"((uint64_t)MSTATUS_MIE));
    print_hex(hash);
    *UART_THR = ' ';
    print_hex(csr_read(minstret));
    *UART_THR = ' ';
    print_hex(csr_read(mcycle));
    *UART_THR = '\n';
    *TEST_FINISHER = FINISHER_PASS;
    for (;;) {
    }
}

/* The reset vector jumps to the start of RAM; the stack is in .bss. */
__attribute__((naked, section(".text.start"))) void machine_start(void)
{
    __asm__ volatile("la sp, stack_top\n\t"
                     "j machine_main");
}
