/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The track on which timers interrupt, and the trap.
 *
 * The track is an endless loop whose every instruction has another cost than
 * its neighbours; track_classes[i] is the class of the one at track + 4 * i.
 * The loads from a1, where no memory is, and ECALL raise exceptions.
 */
#include "costs.h"

#define MSTATUS_MIE 8

.macro step class, insn:vararg
    \insn
    .pushsection .rodata
    .byte \class
    .popsection
.endm

    .section .rodata
    .globl track_classes
track_classes:

    .text
    .option norvc

    /* track_run(memory, nowhere): on the track with interrupts on */
    .globl track_run, track_leave
    .balign 4
track_run:
    addi    sp, sp, -16
    sd      ra, (sp)
    csrsi   mstatus, MSTATUS_MIE
    j       track
track_leave:
    ld      ra, (sp)
    addi    sp, sp, 16
    ret

    .globl track, track_end
track:
    step ALU,       addi a4, a4, 1
    step DIV,       div a5, a4, a6
    step ALU,       addi a4, a4, 1
    step LOAD,      ld a5, (a0)
    step MUL,       mul a6, a4, a5
    step LOAD,      ld a5, (a1)                 /* exception */
    step DIV,       rem a5, a4, a6
    step STORE,     sd a4, (a0)
    step FP_SQRT,   fsqrt.d fa4, fa5
    step BRANCH,    bne a4, a4, track
    step FP_ADD,    fadd.d fa4, fa4, fa5
    step FP_DIV,    fdiv.d fa4, fa4, fa5
    step BRANCH,    beq a4, a4, 1f
1:  step ALU,       xor a5, a4, a6
    step ATOMIC,    amoadd.d a5, a4, (a0)
    step FP_FMA,    fmadd.d fa4, fa4, fa5, fa5
    step JUMP,      j 1f
1:  step FP_LOAD,   fld fa5, (a0)
    step CSR,       csrr a5, mscratch
    step FP_MOVE,   fmv.x.d a5, fa4
    step MUL,       mulh a6, a4, a5
    step SYSTEM,    ecall                       /* exception */
    step FP_STORE,  fsd fa5, (a0)
    step ALU,       addi a4, a4, 1
    step FP_MUL,    fmul.d fa4, fa4, fa5
    step DIV,       divu a5, a4, a6
    step LOAD,      ld a5, (a1)                 /* exception */
    step FP_DIV,    fdiv.s fa4, fa4, fa5
    step FENCE,     fence
    step ALU,       addi a4, a4, 1
    step FP_SQRT,   fsqrt.d fa4, fa5
    step JUMP,      j track
track_end:

    /*
     * The trap begins with the reads that trap_handle wants to know. It saves
     * what a C function may change and the track needs.
     */
    .globl trap
    .balign 4
trap:
    csrw    mscratch, t0
    csrr    t0, mcycle
    csrr    t1, mip
    addi    sp, sp, -64
    sd      a0, 0(sp)
    sd      a1, 8(sp)
    sd      a4, 16(sp)
    sd      a5, 24(sp)
    sd      a6, 32(sp)
    fsd     fa4, 40(sp)
    fsd     fa5, 48(sp)
    csrr    a0, mepc
    mv      a1, t0
    mv      a2, t1
    call    trap_handle
    csrw    mepc, a0
    ld      a0, 0(sp)
    ld      a1, 8(sp)
    ld      a4, 16(sp)
    ld      a5, 24(sp)
    ld      a6, 32(sp)
    fld     fa4, 40(sp)
    fld     fa5, 48(sp)
    addi    sp, sp, 64
    mret
