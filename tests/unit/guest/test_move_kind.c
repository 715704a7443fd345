/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * migrate/move_kind.c: what can stand behind the node in /proc/PID/goto.
 */
#include <string.h>

#include "hw/abi/message.h"
#include "include/uapi/algorithms.h"
#include "include/uapi/pagers.h"
#include "include/uapi/techniques.h"
#include "lib/errno.h"
#include "migrate/move_kind.h"
#include "suite.h"

#define FREEZE_FREE     ALGORITHM_FREEZE_FREE
#define TOTAL_COPY      ALGORITHM_TOTAL_COPY

static const struct {
    const char *text;
    int error;
    uint16_t algorithm;
    uint16_t without;
    uint32_t pager;
} cases[] = {
    { "", 0, FREEZE_FREE, 0 },
    { " \n", 0, FREEZE_FREE, 0 },
    { "total-copy", 0, TOTAL_COPY, 0 },
    { "  total-copy\tall \n", 0, TOTAL_COPY, 0 },
    { "freeze-free all\n", 0, FREEZE_FREE, 0 },
    { "freeze-free -implicit-resume", 0, FREEZE_FREE,
      WITHOUT_IMPLICIT_RESUME },
    { " freeze-free  -preallocated -critical-pages\n", 0, FREEZE_FREE,
      WITHOUT_PREALLOCATED | WITHOUT_CRITICAL_PAGES },
    { "total-copy pager=device\n", 0, TOTAL_COPY, 0, PAGER_DEVICE },
    { "total-copy pager=kernel all", 0, TOTAL_COPY, 0, PAGER_KERNEL },
    { "total-copy all pager=device", 0, TOTAL_COPY, 0, PAGER_DEVICE },
    { "freeze-free -preallocated pager=device -critical-pages", 0, FREEZE_FREE,
      WITHOUT_PREALLOCATED | WITHOUT_CRITICAL_PAGES, PAGER_DEVICE },
    { "pager=device", -EINVAL, 0, 0 },
    { "freeze-free pager", -EINVAL, 0, 0 },
    { "freeze-free pager=", -EINVAL, 0, 0 },
    { "freeze-free pager=devic", -EINVAL, 0, 0 },
    { "freeze-free pager=device2", -EINVAL, 0, 0 },
    { "freeze-free -pager=device", -EINVAL, 0, 0 },
    { "freeze-free pager=device pager=device", -EINVAL, 0, 0 },
    { "freeze-free pager=kernel pager=device", -EINVAL, 0, 0 },
    { "freeze-free pager=device all -preallocated", -EINVAL, 0, 0 },
    { "freeze-fre", -EINVAL, 0, 0 },
    { "-implicit-resume", -EINVAL, 0, 0 },
    { "all", -EINVAL, 0, 0 },
    { "freeze-free total-copy", -EINVAL, 0, 0 },
    { "freeze-free implicit-resume", -EINVAL, 0, 0 },
    { "freeze-free -", -EINVAL, 0, 0 },
    { "freeze-free -implicit", -EINVAL, 0, 0 },
    { "freeze-free -implicit-resumed", -EINVAL, 0, 0 },
    { "freeze-free -preallocated -preallocated", -EINVAL, 0, 0 },
    { "freeze-free all -preallocated", -EINVAL, 0, 0 },
    { "freeze-free -preallocated all", -EINVAL, 0, 0 },
    { "freeze-free none none", -EINVAL, 0, 0 },
};

START_TEST(words_become_a_kind)
{
    for (size_t i = 0; i < SUITE_COUNT(cases); i++) {
        char text[160];
        uint32_t kind = 0, pager = PAGER_COUNT;
        int error;

        strcpy(text, cases[i].text);
        error = move_kind_parse(text, &kind, &pager);
        ck_assert_msg(error == cases[i].error, "'%s': %d", cases[i].text,
                      error);
        if (error == 0) {
            ck_assert_msg(kind == mb_move_kind(cases[i].algorithm,
                                               cases[i].without),
                          "'%s': %x", cases[i].text, kind);
            ck_assert_msg(pager == cases[i].pager, "'%s': %u", cases[i].text,
                          pager);
            ck_assert(move_kind_is_known(kind));
        }
    }
}
END_TEST

/* Each by itself, and all at once. */
START_TEST(every_technique_can_be_left_out)
{
    static const char *const names[] = {
#define X(symbol, number, name) [number] = name,
        GODWIT_TECHNIQUES(X)
#undef X
    };
    char none[] = "freeze-free none";
    uint32_t kind, pager;

    for (unsigned i = 0; i < TECHNIQUE_COUNT; i++) {
        char text[160] = "freeze-free -";

        strcat(text, names[i]);
        ck_assert_int_eq(move_kind_parse(text, &kind, &pager), 0);
        ck_assert_uint_eq(kind, mb_move_kind(FREEZE_FREE,
                                             (uint16_t)(1u << i)));
        ck_assert(move_kind_is_known(kind));
    }
    ck_assert_int_eq(move_kind_parse(none, &kind, &pager), 0);
    ck_assert_uint_eq(kind, mb_move_kind(FREEZE_FREE, WITHOUT_ALL));
}
END_TEST

START_TEST(knows_its_bounds)
{
    ck_assert(move_kind_is_known(mb_move_kind(ALGORITHM_COUNT - 1, 0)));
    ck_assert(!move_kind_is_known(mb_move_kind(ALGORITHM_COUNT, 0)));
    ck_assert(move_kind_is_known(mb_move_kind(0, WITHOUT_ALL)));
    ck_assert(!move_kind_is_known(mb_move_kind(0, 1u << TECHNIQUE_COUNT)));
    ck_assert(!move_kind_is_known(UINT32_MAX));
}
END_TEST

int main(void)
{
    const TTest *tests[] = {
        words_become_a_kind, every_technique_can_be_left_out,
        knows_its_bounds,
    };

    return suite_run("move_kind", tests, SUITE_COUNT(tests));
}
