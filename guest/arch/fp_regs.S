/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * All floating-point registers to and from a struct fp_state.
 */
    .option arch, +d

#define FP_F(n)     ((n) * 8)
#define FP_FCSR     256

    .text
    .globl fp_store
fp_store:
    fsd     f0, FP_F(0)(a0)
    fsd     f1, FP_F(1)(a0)
    fsd     f2, FP_F(2)(a0)
    fsd     f3, FP_F(3)(a0)
    fsd     f4, FP_F(4)(a0)
    fsd     f5, FP_F(5)(a0)
    fsd     f6, FP_F(6)(a0)
    fsd     f7, FP_F(7)(a0)
    fsd     f8, FP_F(8)(a0)
    fsd     f9, FP_F(9)(a0)
    fsd     f10, FP_F(10)(a0)
    fsd     f11, FP_F(11)(a0)
    fsd     f12, FP_F(12)(a0)
    fsd     f13, FP_F(13)(a0)
    fsd     f14, FP_F(14)(a0)
    fsd     f15, FP_F(15)(a0)
    fsd     f16, FP_F(16)(a0)
    fsd     f17, FP_F(17)(a0)
    fsd     f18, FP_F(18)(a0)
    fsd     f19, FP_F(19)(a0)
    fsd     f20, FP_F(20)(a0)
    fsd     f21, FP_F(21)(a0)
    fsd     f22, FP_F(22)(a0)
    fsd     f23, FP_F(23)(a0)
    fsd     f24, FP_F(24)(a0)
    fsd     f25, FP_F(25)(a0)
    fsd     f26, FP_F(26)(a0)
    fsd     f27, FP_F(27)(a0)
    fsd     f28, FP_F(28)(a0)
    fsd     f29, FP_F(29)(a0)
    fsd     f30, FP_F(30)(a0)
    fsd     f31, FP_F(31)(a0)
    frcsr   t0
    sd      t0, FP_FCSR(a0)
    ret

    .globl fp_load
fp_load:
    fld     f0, FP_F(0)(a0)
    fld     f1, FP_F(1)(a0)
    fld     f2, FP_F(2)(a0)
    fld     f3, FP_F(3)(a0)
    fld     f4, FP_F(4)(a0)
    fld     f5, FP_F(5)(a0)
    fld     f6, FP_F(6)(a0)
    fld     f7, FP_F(7)(a0)
    fld     f8, FP_F(8)(a0)
    fld     f9, FP_F(9)(a0)
    fld     f10, FP_F(10)(a0)
    fld     f11, FP_F(11)(a0)
    fld     f12, FP_F(12)(a0)
    fld     f13, FP_F(13)(a0)
    fld     f14, FP_F(14)(a0)
    fld     f15, FP_F(15)(a0)
    fld     f16, FP_F(16)(a0)
    fld     f17, FP_F(17)(a0)
    fld     f18, FP_F(18)(a0)
    fld     f19, FP_F(19)(a0)
    fld     f20, FP_F(20)(a0)
    fld     f21, FP_F(21)(a0)
    fld     f22, FP_F(22)(a0)
    fld     f23, FP_F(23)(a0)
    fld     f24, FP_F(24)(a0)
    fld     f25, FP_F(25)(a0)
    fld     f26, FP_F(26)(a0)
    fld     f27, FP_F(27)(a0)
    fld     f28, FP_F(28)(a0)
    fld     f29, FP_F(29)(a0)
    fld     f30, FP_F(30)(a0)
    fld     f31, FP_F(31)(a0)
    ld      t0, FP_FCSR(a0)
    fscsr   t0
    ret
