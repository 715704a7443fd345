/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * regs_spin: loads x1..x31 from regs_in, adds N to each xN until x5 has been
 * counted down to zero, and stores them in regs_out. In the loop not one
 * register is what the calling convention says it is.
 */
    .altmacro
    .macro memory_one op, n, base
    \op x\n, 8 * \n(\base)
    .endm
    .macro add_one n
    addi x\n, x\n, \n
    .endm

    /* memory op, first, last, base: op xN, 8 * N(base) for each N */
    .macro memory op, first, last, base
    .set i, \first
    .rept \last - \first + 1
    memory_one \op, %i, \base
    .set i, i + 1
    .endr
    .endm
    .macro add first, last
    .set i, \first
    .rept \last - \first + 1
    add_one %i
    .set i, i + 1
    .endr
    .endm

    /* what the calling convention wants back: ra sp gp tp s0..s11 */
    .macro preserved op, base
    memory \op, 1, 4, \base
    memory \op, 8, 9, \base
    memory \op, 18, 27, \base
    .endm

    .bss
    .balign 8
    .globl regs_in, regs_out
regs_in:    .zero 256
regs_out:   .zero 256
saved:      .zero 256

    .text
    .globl regs_spin
    .type regs_spin, @function
regs_spin:
    la t0, saved
    preserved sd, t0
    la x31, regs_in
    memory ld, 1, 31, x31
1:
    add 1, 4
    add 6, 31
    addi x5, x5, -1
    bnez x5, 1b
    /* no register is free to point at regs_out: ft0 keeps x31 meanwhile */
    fmv.d.x ft0, x31
    la x31, regs_out
    memory sd, 1, 30, x31
    fsd ft0, 8 * 31(x31)
    la t0, saved
    preserved ld, t0
    ret
    .size regs_spin, . - regs_spin

    .section .note.GNU-stack, "", @progbits
