/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * In place of guest/arch/csr.h: registers are variables of the test.
 */
#ifndef ARCH_CSR_H
#define ARCH_CSR_H

#include <stdint.h>

extern uint64_t fake_csr_cycle;

#define csr_read(csr) (fake_csr_##csr)

#endif
