/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * fpu_spin(a0): loads f0..f31 from fpu_in, adds N + 1 to each fN a0 times, and
 * stores them in fpu_out. The numbers added wait in memory, as all registers
 * are taken: each addition borrows one, whose value an integer register keeps.
 */
    .bss
    .balign 8
    .globl fpu_in, fpu_out
fpu_in:     .zero 256
fpu_out:    .zero 256
saved:      .zero 256

    .section .rodata
    .balign 8
ones:
    .irp n, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31, 32
    .double \n
    .endr

    .text
    .globl fpu_spin
    .type fpu_spin, @function
fpu_spin:
    la t0, saved
    .irp n, 8, 9, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27
    fsd f\n, 8 * \n(t0)
    .endr
    la t0, fpu_in
    .irp n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31
    fld f\n, 8 * \n(t0)
    .endr
    la t1, ones
1:
    fmv.x.d t2, f31
    .irp n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30
    fld f31, 8 * \n(t1)
    fadd.d f\n, f\n, f31
    .endr
    fmv.x.d t3, f30
    fmv.d.x f31, t2
    fld f30, 8 * 31(t1)
    fadd.d f31, f31, f30
    fmv.d.x f30, t3
    addi a0, a0, -1
    bnez a0, 1b
    la t0, fpu_out
    .irp n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31
    fsd f\n, 8 * \n(t0)
    .endr
    la t0, saved
    .irp n, 8, 9, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27
    fld f\n, 8 * \n(t0)
    .endr
    ret
    .size fpu_spin, . - fpu_spin

    .section .note.GNU-stack, "", @progbits
