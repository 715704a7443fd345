/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Control and status registers, and the bits of them that the kernel uses.
 * Read by entry.S, too.
 */
#ifndef ARCH_CSR_H
#define ARCH_CSR_H

#define SSTATUS_SPIE        (1 << 5)
#define SSTATUS_SPP         (1 << 8)    /* sret goes to supervisor mode */
#define SSTATUS_FS_SHIFT    13
#define SSTATUS_FS_MASK     (3 << SSTATUS_FS_SHIFT)
#define SSTATUS_FS_OFF      (0 << SSTATUS_FS_SHIFT)
#define SSTATUS_FS_CLEAN    (2 << SSTATUS_FS_SHIFT)
#define SSTATUS_FS_DIRTY    (3 << SSTATUS_FS_SHIFT)

#define SIE_SEIE            (1 << 9)    /* external interrupts, from the PLIC */

#define SATP_MODE_SHIFT     60
#define SATP_MODE_SV39      8

/* scause */
#define CAUSE_INTERRUPT_SHIFT   63
#define CAUSE_EXTERNAL          9       /* of the interrupts */
#define CAUSE_FETCH_MISALIGNED  0
#define CAUSE_FETCH_ACCESS      1
#define CAUSE_ILLEGAL           2
#define CAUSE_BREAKPOINT        3
#define CAUSE_LOAD_MISALIGNED   4
#define CAUSE_LOAD_ACCESS       5
#define CAUSE_STORE_MISALIGNED  6
#define CAUSE_STORE_ACCESS      7
#define CAUSE_USER_ECALL        8
#define CAUSE_FETCH_PAGE        12
#define CAUSE_LOAD_PAGE         13
#define CAUSE_STORE_PAGE        15

#ifndef __ASSEMBLER__

#define csr_read(csr) \
    ({ \
        uint64_t value_; \
        __asm__ volatile("csrr %0, " #csr : "=r"(value_) : : "memory"); \
        value_; \
    })

#define csr_write(csr, value) \
    __asm__ volatile("csrw " #csr ", %0" : : "r"((uint64_t)(value)) : "memory")

#define csr_set(csr, bits) \
    __asm__ volatile("csrs " #csr ", %0" : : "r"((uint64_t)(bits)) : "memory")

#define csr_clear(csr, bits) \
    __asm__ volatile("csrc " #csr ", %0" : : "r"((uint64_t)(bits)) : "memory")

#endif
#endif
