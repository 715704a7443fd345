/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Matrix multiplication: c = a * b of small whole numbers, so that every result
 * is exact. Rows of c are made in turn, half of them along the rows of b, half
 * of them down its columns.
 *
 * A row is right if c x = a (b x) for a known vector x (Freivalds 1977): that
 * takes no second multiplication.
 *
 * matrix [TURNS [SIZE]]: a turn makes a row; SIZE is that of the three.
 */
#include <math.h>
#include <string.h>

#include "check.h"

#define USUAL_TURNS 864
#define USUAL_ORDER 72
#define LEAST_ORDER 2
#define MOST_ORDER  2048    /* sums are exact in 53 bits up to here */
#define BELOW       1000    /* the elements, and those of x */

static size_t order;
static double *a;
static double *b;
static double *c;
static uint64_t *product;   /* b x */

static uint64_t x(size_t i)
{
    return mix(i ^ 0x78) % BELOW;
}

static void set_up(void)
{
    a = array(order * order, sizeof(a[0]));
    b = array(order * order, sizeof(b[0]));
    c = array(order * order, sizeof(c[0]));
    product = array(order, sizeof(product[0]));
    for (size_t i = 0; i < order; i++) {
        product[i] = 0;
        for (size_t k = 0; k < order; k++) {
            a[i * order + k] = (double)(mix(i * order + k) % BELOW);
            b[i * order + k] = (double)(mix((k * order + i) ^ 99) % BELOW);
            c[i * order + k] = 0;
            product[i] += (uint64_t)b[i * order + k] * x(k);
        }
    }
}

/* In the order of memory. */
static void multiply_by_rows(size_t i)
{
    double *row = &c[i * order];

    memset(row, 0, order * sizeof(row[0]));
    for (size_t k = 0; k < order; k++) {
        for (size_t j = 0; j < order; j++) {
            row[j] += a[i * order + k] * b[k * order + j];
        }
    }
}

/* With strides of a row. */
static void multiply_by_columns(size_t i)
{
    for (size_t j = 0; j < order; j++) {
        double sum = 0;

        for (size_t k = 0; k < order; k++) {
            sum += a[i * order + k] * b[k * order + j];
        }
        c[i * order + j] = sum;
    }
}

static uint64_t verify(size_t i)
{
    uint64_t is = 0;
    uint64_t should = 0;

    for (size_t j = 0; j < order; j++) {
        is += (uint64_t)c[i * order + j] * x(j);
        should += (uint64_t)a[i * order + j] * product[j];
    }
    check_equal("row times x", is, should);
    return is;
}

int main(int argc, char **argv)
{
    unsigned long turns = rounds(argc, argv, USUAL_TURNS);
    size_t bytes = working_set(argc, argv, 3 * USUAL_ORDER * USUAL_ORDER *
                               sizeof(a[0]));
    uint64_t sum = 0;

    order = (size_t)sqrt((double)(bytes / sizeof(a[0]) / 3));
    CHECK(order >= LEAST_ORDER && order <= MOST_ORDER);
    set_up();
    for (unsigned long turn = 0; turn < turns; turn++) {
        size_t i = turn % order;

        if ((turn / 8) % 2 == 0) {
            multiply_by_rows(i);
        } else {
            multiply_by_columns(i);
        }
        sum = mix(sum ^ verify(i));
    }
    return pass("matrix", sum);
}
