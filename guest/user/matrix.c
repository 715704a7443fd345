/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Floating-point work on memory: matrices of small whole numbers are
 * multiplied, so that every result is exact and known.
 */
#include <string.h>

#include "check.h"

#define N       72

static double a[N][N];
static double b[N][N];
static double c[N][N];
static uint64_t exact[N][N];

static void multiply(void)
{
    memset(c, 0, sizeof(c));
    for (int i = 0; i < N; i++) {
        for (int k = 0; k < N; k++) {
            for (int j = 0; j < N; j++) {
                c[i][j] += a[i][k] * b[k][j];
            }
        }
    }
}

int main(int argc, char **argv)
{
    unsigned long turns = rounds(argc, argv, 12);
    uint64_t sum = 0;

    for (int i = 0; i < N; i++) {
        for (int j = 0; j < N; j++) {
            a[i][j] = (double)(mix((uint64_t)(i * N + j)) % 1000);
            b[i][j] = (double)(mix((uint64_t)(j * N + i) ^ 99) % 1000);
        }
    }
    for (int i = 0; i < N; i++) {
        for (int j = 0; j < N; j++) {
            for (int k = 0; k < N; k++) {
                exact[i][j] += (uint64_t)a[i][k] * (uint64_t)b[k][j];
            }
        }
    }
    for (unsigned long turn = 0; turn < turns; turn++) {
        multiply();
        for (int i = 0; i < N; i++) {
            for (int j = 0; j < N; j++) {
                CHECK(c[i][j] == (double)exact[i][j]);
                sum = mix(sum ^ (uint64_t)c[i][j]);
            }
        }
    }
    return pass("matrix", sum);
}
