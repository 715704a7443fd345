/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * All of mm/ together against a model, in long random sequences.
 */
#include "suite.h"
#include "vm_model.h"

#define STEPS       200000

static void step(uint64_t *seed)
{
    unsigned first = suite_random(seed) % MODEL_PAGES;
    unsigned most = MODEL_PAGES - first < 8 ? MODEL_PAGES - first : 8;
    unsigned last = first + 1 + suite_random(seed) % most;
    uint8_t prot = (uint8_t)(suite_random(seed) % 8);

    switch (suite_random(seed) % 16) {
    case 0:
        model_map(first, last, suite_random(seed) % 2, prot | VM_WRITE);
        break;
    case 1:
        model_unmap(first, last);
        break;
    case 2:
        model_protect(first, last, prot);
        break;
    case 3:
        model_discard(first, last);
        break;
    case 4:
    case 5:
        model_mark(first, last, suite_random(seed));
        break;
    case 6:
    case 7:
    case 8:
        model_install(first, suite_random(seed) % 2);
        break;
    case 9:
    case 10:
    case 11:
        model_read(first);
        break;
    default:
        model_write(first, suite_random(seed));
    }
}

START_TEST(agrees_with_a_model_of_pages)
{
    uint64_t seed = 1;

    model_begin();
    for (unsigned i = 0; i < STEPS; i++) {
        step(&seed);
        if (i % 16 == 0) {
            model_check();
        }
    }
    model_check();
    model_end();
}
END_TEST

int main(void)
{
    const TTest *tests[] = { agrees_with_a_model_of_pages };

    return suite_run("vm_model", tests, SUITE_COUNT(tests));
}
