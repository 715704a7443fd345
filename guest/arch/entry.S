/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * From power-on to kernel_main, and all the ways between user and kernel mode.
 *
 * In user mode sscratch holds the frame of the running thread; in the kernel
 * it holds zero, which is how a trap tells where it comes from. The kernel has
 * one stack, empty at every entry: nothing is ever returned to but user mode.
 */
#include "arch/csr.h"
#include "arch/entry.h"
#include "arch/memlayout.h"

#define MSTATUS_MPP_MASK    (3 << 11)
#define MSTATUS_MPP_S       (1 << 11)
#define PMP_NAPOT_RWX       0x1f
#define COUNTERS            7           /* cycle, time, instret */
#define PTE_KERNEL          0xef        /* D A G X W R V */
#define PTES_HALF           256
#define GIGAPAGE_STEP       (1 << 28)   /* 1 GiB in the PPN field of a PTE */

/* -- power-on: machine mode, physical addresses, a1 = device tree -- */

    .section .text.boot, "ax"
    .globl machine_start
machine_start:
    la      t0, machine_trap
    csrw    mtvec, t0

    /* All memory and all traps belong to supervisor mode from here on. */
    li      t0, -1
    srli    t0, t0, 10
    csrw    pmpaddr0, t0
    li      t0, PMP_NAPOT_RWX
    csrw    pmpcfg0, t0
    li      t0, -1
    csrw    medeleg, t0
    csrw    mideleg, t0
    li      t0, COUNTERS
    csrw    mcounteren, t0
    csrw    scounteren, t0
    csrw    mcountinhibit, zero

    /* The upper half of every address space: all physical memory, in
     * gigapages from KERNEL_BASE. */
    la      t0, kernel_root
    li      t1, PTES_HALF * 8
    add     t1, t0, t1                  /* first entry of the upper half */
    li      t2, PTE_KERNEL
    li      t3, GIGAPAGE_STEP
    li      t4, PTES_HALF
1:  sd      t2, 0(t1)
    add     t2, t2, t3
    addi    t1, t1, 8
    addi    t4, t4, -1
    bnez    t4, 1b

    srli    t0, t0, 12
    li      t1, SATP_MODE_SV39
    slli    t1, t1, SATP_MODE_SHIFT
    or      t0, t0, t1
    csrw    satp, t0
    sfence.vma

    /* Paging starts with supervisor mode, so mret can go to the kernel's
     * virtual address directly. */
    li      t0, MSTATUS_MPP_MASK
    csrc    mstatus, t0
    li      t0, MSTATUS_MPP_S
    csrs    mstatus, t0
    la      t0, supervisor_start
    li      t1, KERNEL_BASE
    add     t0, t0, t1
    csrw    mepc, t0
    mret

    /* Nothing traps to machine mode once all is delegated. */
    .balign 4
machine_trap:
    wfi
    j       machine_trap

supervisor_start:
    csrw    sscratch, zero
    la      t0, trap_entry
    csrw    stvec, t0
    la      sp, kernel_stack_top
    mv      fp, zero
    mv      ra, zero
    mv      a0, a1
    call    kernel_main
    unimp

/* -- traps -- */

    .text

/*
 * The two ways between user mode and the reading of the cycle counter. What
 * they cost is measured by running them, see entry_measure and exit_measure.
 */
    .macro ENTRY_TO_CYCLES
    csrrw   sp, sscratch, sp
    beqz    sp, kernel_trap_entry
    sd      t0, FRAME_X(5)(sp)
    csrr    t0, cycle
    .endm

    .macro CYCLES_TO_EXIT
    sd      t0, FRAME_RESUME_CYCLES(a0)
    csrr    t0, instret                 /* EXIT_INSTRET_INSNS to go */
    sd      t0, FRAME_RESUME_INSTRET(a0)
    ld      t0, FRAME_X(5)(a0)
    ld      a0, FRAME_X(10)(a0)
    sret
    .endm

    .balign 4
    .globl trap_entry
trap_entry:
    ENTRY_TO_CYCLES
    sd      t0, FRAME_CYCLES(sp)
    csrr    t0, instret                 /* instruction ENTRY_INSTRET_INSNS */
    sd      t0, FRAME_INSTRET(sp)

    sd      ra, FRAME_X(1)(sp)
    sd      gp, FRAME_X(3)(sp)
    sd      tp, FRAME_X(4)(sp)
    sd      t1, FRAME_X(6)(sp)
    sd      t2, FRAME_X(7)(sp)
    sd      s0, FRAME_X(8)(sp)
    sd      s1, FRAME_X(9)(sp)
    sd      a0, FRAME_X(10)(sp)
    sd      a1, FRAME_X(11)(sp)
    sd      a2, FRAME_X(12)(sp)
    sd      a3, FRAME_X(13)(sp)
    sd      a4, FRAME_X(14)(sp)
    sd      a5, FRAME_X(15)(sp)
    sd      a6, FRAME_X(16)(sp)
    sd      a7, FRAME_X(17)(sp)
    sd      s2, FRAME_X(18)(sp)
    sd      s3, FRAME_X(19)(sp)
    sd      s4, FRAME_X(20)(sp)
    sd      s5, FRAME_X(21)(sp)
    sd      s6, FRAME_X(22)(sp)
    sd      s7, FRAME_X(23)(sp)
    sd      s8, FRAME_X(24)(sp)
    sd      s9, FRAME_X(25)(sp)
    sd      s10, FRAME_X(26)(sp)
    sd      s11, FRAME_X(27)(sp)
    sd      t3, FRAME_X(28)(sp)
    sd      t4, FRAME_X(29)(sp)
    sd      t5, FRAME_X(30)(sp)
    sd      t6, FRAME_X(31)(sp)
    csrrw   t0, sscratch, zero          /* the user's sp; now in the kernel */
    csrr    t1, sepc
    csrr    t2, scause
    csrr    t3, stval
    sd      t0, FRAME_X(2)(sp)
    sd      t1, FRAME_X(0)(sp)
    sd      t2, FRAME_CAUSE(sp)
    sd      t3, FRAME_TVAL(sp)

    mv      a0, sp
    la      sp, kernel_stack_top
    mv      fp, zero                    /* the backtrace ends here */
    mv      ra, zero
    call    user_trap
    unimp

    .globl user_enter
user_enter:
    ld      t0, FRAME_X(0)(a0)
    csrw    sscratch, a0
    csrw    sepc, t0
    ld      ra, FRAME_X(1)(a0)
    ld      sp, FRAME_X(2)(a0)
    ld      gp, FRAME_X(3)(a0)
    ld      tp, FRAME_X(4)(a0)
    ld      t1, FRAME_X(6)(a0)
    ld      t2, FRAME_X(7)(a0)
    ld      s0, FRAME_X(8)(a0)
    ld      s1, FRAME_X(9)(a0)
    ld      a1, FRAME_X(11)(a0)
    ld      a2, FRAME_X(12)(a0)
    ld      a3, FRAME_X(13)(a0)
    ld      a4, FRAME_X(14)(a0)
    ld      a5, FRAME_X(15)(a0)
    ld      a6, FRAME_X(16)(a0)
    ld      a7, FRAME_X(17)(a0)
    ld      s2, FRAME_X(18)(a0)
    ld      s3, FRAME_X(19)(a0)
    ld      s4, FRAME_X(20)(a0)
    ld      s5, FRAME_X(21)(a0)
    ld      s6, FRAME_X(22)(a0)
    ld      s7, FRAME_X(23)(a0)
    ld      s8, FRAME_X(24)(a0)
    ld      s9, FRAME_X(25)(a0)
    ld      s10, FRAME_X(26)(a0)
    ld      s11, FRAME_X(27)(a0)
    ld      t3, FRAME_X(28)(a0)
    ld      t4, FRAME_X(29)(a0)
    ld      t5, FRAME_X(30)(a0)
    ld      t6, FRAME_X(31)(a0)

    csrr    t0, cycle
    CYCLES_TO_EXIT

/*
 * What they cost, in cycles. a0: a frame to write to. A reading counts itself,
 * so the cycles from one to the next are those of what is between them and of
 * the second.
 */
    .globl entry_measure
entry_measure:
    csrw    sscratch, a0
    csrr    t1, cycle
    ENTRY_TO_CYCLES
    csrrw   sp, sscratch, zero
    sub     a0, t0, t1
    ret

/* To supervisor mode instead of user mode: it is the same instruction. */
    .globl exit_measure
exit_measure:
    mv      t2, a0
    la      t0, 1f
    csrw    sepc, t0
    li      t0, SSTATUS_SPIE
    csrc    sstatus, t0
    li      t0, SSTATUS_SPP
    csrs    sstatus, t0
    csrr    t0, cycle
    CYCLES_TO_EXIT
1:  csrr    t0, cycle
    csrr    t1, cycle
    sub     t1, t1, t0                  /* the first of these two */
    ld      t2, FRAME_RESUME_CYCLES(t2)
    sub     a0, t0, t2
    sub     a0, a0, t1
    ret

/*
 * The kernel itself trapped, which is a bug: keep its registers for the panic
 * and go on upon a stack of its own, as the other may be the reason.
 */
kernel_trap_entry:
    csrrw   sp, sscratch, t0            /* sp as it was; t0 is kept */
    la      t0, kernel_trap_frame
    sd      ra, FRAME_X(1)(t0)
    sd      sp, FRAME_X(2)(t0)
    sd      gp, FRAME_X(3)(t0)
    sd      tp, FRAME_X(4)(t0)
    sd      t1, FRAME_X(6)(t0)
    csrrw   t1, sscratch, zero
    sd      t1, FRAME_X(5)(t0)
    sd      t2, FRAME_X(7)(t0)
    sd      s0, FRAME_X(8)(t0)
    sd      s1, FRAME_X(9)(t0)
    sd      a0, FRAME_X(10)(t0)
    sd      a1, FRAME_X(11)(t0)
    sd      a2, FRAME_X(12)(t0)
    sd      a3, FRAME_X(13)(t0)
    sd      a4, FRAME_X(14)(t0)
    sd      a5, FRAME_X(15)(t0)
    sd      a6, FRAME_X(16)(t0)
    sd      a7, FRAME_X(17)(t0)
    sd      s2, FRAME_X(18)(t0)
    sd      s3, FRAME_X(19)(t0)
    sd      s4, FRAME_X(20)(t0)
    sd      s5, FRAME_X(21)(t0)
    sd      s6, FRAME_X(22)(t0)
    sd      s7, FRAME_X(23)(t0)
    sd      s8, FRAME_X(24)(t0)
    sd      s9, FRAME_X(25)(t0)
    sd      s10, FRAME_X(26)(t0)
    sd      s11, FRAME_X(27)(t0)
    sd      t3, FRAME_X(28)(t0)
    sd      t4, FRAME_X(29)(t0)
    sd      t5, FRAME_X(30)(t0)
    sd      t6, FRAME_X(31)(t0)
    csrr    t1, sepc
    csrr    t2, scause
    csrr    t3, stval
    sd      t1, FRAME_X(0)(t0)
    sd      t2, FRAME_CAUSE(t0)
    sd      t3, FRAME_TVAL(t0)
    mv      a0, t0
    la      sp, panic_stack_top
    mv      fp, zero
    mv      ra, zero
    call    panic_trap
    unimp

    .section .bss.page_aligned, "aw", @nobits
    .balign 4096
    .globl kernel_root
kernel_root:
    .space 4096
    .globl kernel_stack
kernel_stack:
    .space KERNEL_STACK_BYTES
    .globl kernel_stack_top
kernel_stack_top:
    .space 4096
panic_stack_top:
kernel_trap_frame:
    .space FRAME_BYTES
