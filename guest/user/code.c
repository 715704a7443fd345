/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Code on many pages: functions a page apart, called through a table of
 * pointers in a random order.
 */
#include "check.h"

#define F(n) \
    static uint64_t __attribute__((noinline, aligned(4096))) f##n(uint64_t x) \
    { \
        return mix(x ^ (0x1000 + n)) + n; \
    }
#define F8(n) F(n##0) F(n##1) F(n##2) F(n##3) F(n##4) F(n##5) F(n##6) F(n##7)
#define P8(n) f##n##0, f##n##1, f##n##2, f##n##3, f##n##4, f##n##5, f##n##6, \
              f##n##7

F8(10) F8(11) F8(12) F8(13) F8(14) F8(15) F8(16) F8(17)

typedef uint64_t function(uint64_t x);

static function *const table[] = {
    P8(10), P8(11), P8(12), P8(13), P8(14), P8(15), P8(16), P8(17),
};
static const uint64_t number[] = {
#define N8(n) n##0, n##1, n##2, n##3, n##4, n##5, n##6, n##7
    N8(10), N8(11), N8(12), N8(13), N8(14), N8(15), N8(16), N8(17),
};
#define FUNCTIONS   (sizeof(table) / sizeof(table[0]))

int main(int argc, char **argv)
{
    unsigned long turns = rounds(argc, argv, 200000);
    uint64_t random = 11;
    uint64_t x = 1;

    for (unsigned long turn = 0; turn < turns; turn++) {
        uint64_t i = draw(&random) % FUNCTIONS;
        uint64_t expected = mix(x ^ (0x1000 + number[i])) + number[i];

        x = table[i](x);
        check_equal("result", x, expected);
    }
    return pass("code", x);
}
