/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The floating-point unit: all 32 registers with values of their own, every
 * rounding mode, and flags that must stay raised.
 */
#include <string.h>

#include "check.h"

#define REGISTERS   32
#define MODES       5
#define FLAG_INEXACT    0x01u
#define FLAG_DIV_ZERO   0x08u

extern double fpu_in[REGISTERS];
extern double fpu_out[REGISTERS];
/* Adds N + 1 to each fN, `spins` times. */
void fpu_spin(uint64_t spins);

static void set_fcsr(uint64_t value)
{
    __asm__ volatile("fscsr %0" : : "r"(value));
}

static uint64_t get_fcsr(void)
{
    uint64_t value;

    __asm__ volatile("frcsr %0" : "=r"(value));
    return value;
}

static void spin_registers(unsigned long turn, uint64_t *sum)
{
    uint64_t spins = 2000;

    for (int i = 0; i < REGISTERS; i++) {
        fpu_in[i] = (double)(mix(turn * REGISTERS + (uint64_t)i) >> 20);
    }
    fpu_spin(spins);
    for (int i = 0; i < REGISTERS; i++) {
        char name[8];
        uint64_t bits;

        snprintf(name, sizeof(name), "f%d", i);
        check_equal(name, (uint64_t)fpu_out[i],
                    (uint64_t)fpu_in[i] + (uint64_t)(i + 1) * spins);
        memcpy(&bits, &fpu_out[i], sizeof(bits));
        *sum = mix(*sum ^ bits);
    }
}

/* Thirds that do not come out even: how they are rounded adds up. */
static double add_thirds(unsigned count)
{
    volatile double three = 3;
    double total = 0;

    for (unsigned i = 1; i <= count; i++) {
        total += i / three;
    }
    return total;
}

/* In each mode: the result is that of the first time, the mode is still set,
 * and flags that nobody lowered are still raised. */
static void check_modes(unsigned long turn, uint64_t *sum)
{
    static double first[MODES];

    for (uint64_t mode = 0; mode < MODES; mode++) {
        double total;
        uint64_t bits;

        set_fcsr(mode << 5 | FLAG_DIV_ZERO);
        total = add_thirds(2000);
        check_equal("fcsr", get_fcsr(),
                    mode << 5 | FLAG_DIV_ZERO | FLAG_INEXACT);
        set_fcsr(0);
        if (turn == 0) {
            first[mode] = total;
        }
        memcpy(&bits, &total, sizeof(bits));
        CHECK(memcmp(&first[mode], &total, sizeof(total)) == 0);
        *sum = mix(*sum ^ bits);
    }
    /* towards zero and downwards agree on sums of positive numbers */
    CHECK(first[1] == first[2] && first[2] < first[0] && first[0] < first[3]);
}

int main(int argc, char **argv)
{
    unsigned long turns = rounds(argc, argv, 60);
    uint64_t sum = 0;

    for (unsigned long turn = 0; turn < turns; turn++) {
        spin_registers(turn, &sum);
        check_modes(turn, &sum);
    }
    return pass("fpu", sum);
}
