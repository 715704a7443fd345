/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * regs_spin: loads x1..x31 from regs_in, adds N to each xN until x5 has been
 * counted down to zero, and stores them in regs_out. In the loop not one
 * register is what the calling convention says it is.
 */
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
    .irp n, 1, 2, 3, 4, 8, 9, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27
    sd x\n, 8 * \n(t0)
    .endr
    la x31, regs_in
    .irp n, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31
    ld x\n, 8 * \n(x31)
    .endr
1:
    .irp n, 1, 2, 3, 4, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31
    addi x\n, x\n, \n
    .endr
    addi x5, x5, -1
    bnez x5, 1b
    /* no register is free to point at regs_out: ft0 keeps x31 meanwhile */
    fmv.d.x ft0, x31
    la x31, regs_out
    .irp n, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30
    sd x\n, 8 * \n(x31)
    .endr
    fsd ft0, 8 * 31(x31)
    la t0, saved
    .irp n, 1, 2, 3, 4, 8, 9, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27
    ld x\n, 8 * \n(t0)
    .endr
    ret
    .size regs_spin, . - regs_spin

    .section .note.GNU-stack, "", @progbits
