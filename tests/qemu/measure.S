/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Code whose cost is measured: struct elapsed measure_CLASS(void *memory).
 *
 * It begins and ends with two reads of counters: between the first ones of the
 * two pairs one of them passes as well, and so it does between the second ones.
 * Most functions have long instructions, then compressed ones.
 */
.macro measure class
    .option norvc
    .globl  measure_\class
    .balign 4
measure_\class:
    mv      a2, a0
    addi    sp, sp, -16
    fmv.d.x fa2, zero
    csrr    t0, mcycle
    csrr    t1, minstret
.endm

.macro done
    csrr    t2, mcycle
    csrr    t3, minstret
    addi    sp, sp, 16
    sub     a0, t2, t0
    sub     a1, t3, t1
    ret
.endm

    .text

measure nothing
done

measure alu
    add     a4, a4, a5
    addi    a4, a4, 1
    lui     a4, 5
    auipc   a4, 5
    sllw    a4, a4, a5
    sraiw   a4, a4, 3
    nop
    sltu    a4, a4, a5
    .option rvc
    c.addi  a4, 1
    c.li    a4, 1
    c.mv    a4, a5
    c.add   a4, a5
    c.sub   a4, a5
    c.slli  a4, 3
    c.nop
    c.andi  a4, 3
done

measure branch
    beq     a2, a2, 1f
1:  bne     a2, a2, 1f
1:  bltu    a2, a2, 1f
1:  bge     a2, a2, 1f
    .option rvc
1:  c.beqz  a2, 1f
1:  c.bnez  a2, 1f
1:
done

measure jump                    /* LA is two instructions of class alu */
    j       1f
1:  jal     a4, 1f
1:  la      a4, 1f
    jr      a4
    .option rvc
1:  c.j     1f
1:  la      a4, 1f
    c.jr    a4
1:
done

measure load
    lb      a4, (a2)
    lhu     a4, (a2)
    lw      a4, (a2)
    ld      a4, (a2)
    .option rvc
    c.lw    a4, (a2)
    c.ld    a4, (a2)
    c.lwsp  a4, (sp)
    c.ldsp  a4, (sp)
done

measure store
    sb      a4, (a2)
    sh      a4, (a2)
    sw      a4, (a2)
    sd      a4, (a2)
    .option rvc
    c.sw    a4, (a2)
    c.sd    a4, (a2)
    c.swsp  a4, (sp)
    c.sdsp  a4, (sp)
done

measure mul
    mul     a4, a4, a5
    mulhu   a4, a4, a5
    mulw    a4, a4, a5
done

measure div
    div     a4, a4, a5
    remu    a4, a4, a5
    divw    a4, a4, a5
    remuw   a4, a4, a5
done

measure fp_load
    flw     fa4, (a2)
    fld     fa4, (a2)
    .option rvc
    c.fld   fa4, (a2)
    c.fldsp fa4, (sp)
done

measure fp_store
    fsw     fa4, (a2)
    fsd     fa4, (a2)
    .option rvc
    c.fsd   fa4, (a2)
    c.fsdsp fa4, (sp)
done

measure fp_move
    fmv.d   fa4, fa2
    fmv.x.d a4, fa2
    feq.d   a4, fa2, fa2
    fcvt.l.d a4, fa2
    fcvt.s.d fa4, fa2
    fmax.d  fa4, fa2, fa2
    fclass.d a4, fa2
done

measure fp_add
    fadd.d  fa4, fa2, fa2
    fsub.s  fa4, fa2, fa2
done

measure fp_mul
    fmul.d  fa4, fa2, fa2
    fmul.s  fa4, fa2, fa2
done

measure fp_fma
    fmadd.d fa4, fa2, fa2, fa2
    fmsub.s fa4, fa2, fa2, fa2
    fnmadd.d fa4, fa2, fa2, fa2
    fnmsub.d fa4, fa2, fa2, fa2
done

measure fp_div
    fdiv.d  fa4, fa2, fa2
    fdiv.s  fa4, fa2, fa2
done

measure fp_sqrt
    fsqrt.d fa4, fa2
    fsqrt.s fa4, fa2
done

measure atomic
    lr.d    a4, (a2)
    sc.d    a5, a4, (a2)
    amoadd.w a4, a5, (a2)
    amoswap.d a4, a5, (a2)
done

measure csr
    csrr    a4, mscratch
    csrw    mscratch, a4
    csrwi   fflags, 0
done

measure fence
    fence
    fence.i
    fence   r, w
done

measure system
    sfence.vma
    sfence.vma a2
done
