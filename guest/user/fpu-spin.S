/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * fpu_spin(a0): loads f0..f31 from fpu_in, adds N + 1 to each fN a0 times, and
 * stores them in fpu_out. The numbers added wait in memory, as all registers
 * are taken: each addition borrows one, whose value an integer register keeps.
 */
    .altmacro
    .macro memory_one op, n, base
    \op f\n, 8 * \n(\base)
    .endm
    .macro add_one n
    fld f31, 8 * \n(t1)
    fadd.d f\n, f\n, f31
    .endm
    .macro double_one n
    .double \n
    .endm

    /* memory op, first, last, base: op fN, 8 * N(base) for each N */
    .macro memory op, first, last, base
    .set i, \first
    .rept \last - \first + 1
    memory_one \op, %i, \base
    .set i, i + 1
    .endr
    .endm

    /* what the calling convention wants back: fs0..fs11 */
    .macro preserved op, base
    memory \op, 8, 9, \base
    memory \op, 18, 27, \base
    .endm

    .bss
    .balign 8
    .globl fpu_in, fpu_out
fpu_in:     .zero 256
fpu_out:    .zero 256
saved:      .zero 256

    .section .rodata
    .balign 8
ones:
    .set i, 1
    .rept 32
    double_one %i
    .set i, i + 1
    .endr

    .text
    .globl fpu_spin
    .type fpu_spin, @function
fpu_spin:
    la t0, saved
    preserved fsd, t0
    la t0, fpu_in
    memory fld, 0, 31, t0
    la t1, ones
1:
    fmv.x.d t2, f31
    .set i, 0
    .rept 31
    add_one %i
    .set i, i + 1
    .endr
    fmv.x.d t3, f30
    fmv.d.x f31, t2
    fld f30, 8 * 31(t1)
    fadd.d f31, f31, f30
    fmv.d.x f30, t3
    addi a0, a0, -1
    bnez a0, 1b
    la t0, fpu_out
    memory fsd, 0, 31, t0
    la t0, saved
    preserved fld, t0
    ret
    .size fpu_spin, . - fpu_spin

    .section .note.GNU-stack, "", @progbits
