/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a bare-metal guest of the virt machine needs to talk to the outside.
 */
#ifndef TESTS_QEMU_BARE_H
#define TESTS_QEMU_BARE_H

#include <stdint.h>

#define UART_THR        ((volatile uint8_t *)0x10000000)
#define TEST_FINISHER   ((volatile uint32_t *)0x00100000)
#define FINISHER_PASS   0x5555

#define csr_read(csr)                                       \
    ({                                                      \
        uint64_t value_;                                    \
        __asm__ volatile("csrr %0, " #csr : "=r"(value_));  \
        value_;                                             \
    })
#define csr_write(csr, value) csr_do("csrw", csr, value)
#define csr_set(csr, bits)    csr_do("csrs", csr, bits)
#define csr_clear(csr, bits)  csr_do("csrc", csr, bits)
#define csr_do(insn, csr, value) csr_do_named(insn, #csr, value)
#define csr_do_named(insn, csr, value)                      \
    __asm__ volatile(insn " " csr ", %0"                    \
                     : : "r"((uint64_t)(value)) : "memory")

static inline void print(const char *text)
{
    while (*text != '\0') {
        *UART_THR = *text++;
    }
}

static inline void print_hex(uint64_t value)
{
    for (int shift = 60; shift >= 0; shift -= 4) {
        *UART_THR = "0123456789abcdef"[(value >> shift) & 15];
    }
}

static inline void print_decimal(uint64_t value)
{
    if (value >= 10) {
        print_decimal(value / 10);
    }
    *UART_THR = '0' + value % 10;
}

static inline _Noreturn void finish(void)
{
    print("\n");
    *TEST_FINISHER = FINISHER_PASS;
    for (;;) {
    }
}

static inline _Noreturn void fail(const char *what, uint64_t is,
                                  uint64_t wanted)
{
    print("FAILED: ");
    print(what);
    print(": ");
    print_decimal(is);
    print(", not ");
    print_decimal(wanted);
    finish();
}

static inline void expect(const char *what, uint64_t is, uint64_t wanted)
{
    if (is != wanted) {
        fail(what, is, wanted);
    }
}

#endif
