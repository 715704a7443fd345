/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * arch/sv39.h: indices and entries.
 */
#include "arch/sv39.h"

#include "suite.h"

START_TEST(indices_split_an_address)
{
    uint64_t address = 3ul << 30 | 5ul << 21 | 7ul << 12 | 0x123;

    ck_assert_uint_eq(sv39_index(address, 2), 3);
    ck_assert_uint_eq(sv39_index(address, 1), 5);
    ck_assert_uint_eq(sv39_index(address, 0), 7);
}
END_TEST

START_TEST(the_kernel_has_the_upper_half)
{
    ck_assert_uint_eq(sv39_index(0x3fffffffffu, 2), SV39_KERNEL_ENTRY - 1);
    ck_assert_uint_eq(sv39_index(0xffffffc000000000u, 2), SV39_KERNEL_ENTRY);
    ck_assert_uint_eq(sv39_index(UINT64_MAX, 2), SV39_ENTRIES - 1);
}
END_TEST

START_TEST(spans_are_those_of_pages)
{
    ck_assert_uint_eq(sv39_span(0), 4096);
    ck_assert_uint_eq(sv39_span(1), 2u << 20);
    ck_assert_uint_eq(sv39_span(2), 1u << 30);
}
END_TEST

START_TEST(an_entry_keeps_its_address)
{
    const uint64_t addresses[] = { 0x1000, 0x80000000, 0xfffffffffff000 };

    for (unsigned i = 0; i < SUITE_COUNT(addresses); i++) {
        pte_t pte = pte_make(addresses[i], 0x3ff);

        ck_assert_uint_eq(pte_physical(pte), addresses[i]);
        ck_assert(pte_has_page(pte));
    }
}
END_TEST

START_TEST(a_mark_is_no_page)
{
    ck_assert(pte_is_remote(PTE_REMOTE));
    ck_assert(!pte_has_page(PTE_REMOTE));
    ck_assert(!pte_is_remote(0));
    ck_assert(!pte_is_remote(pte_make(0x80000000, PTE_REMOTE)));
}
END_TEST

START_TEST(only_modified_pages_are_writable)
{
    pte_t clean = pte_user(0x80000000, PTE_R | PTE_W, false);
    pte_t modified = pte_user(0x80000000, PTE_R | PTE_W, true);

    ck_assert_uint_eq(clean & (PTE_V | PTE_U | PTE_RIGHTS),
                      PTE_V | PTE_U | PTE_R);
    ck_assert(!pte_is_modified(clean));
    ck_assert_uint_eq(modified & (PTE_V | PTE_U | PTE_RIGHTS),
                      PTE_V | PTE_U | PTE_R | PTE_W);
    ck_assert(pte_is_modified(modified));
}
END_TEST

START_TEST(no_reserved_combination_is_made)
{
    for (unsigned rights = 0; rights <= PTE_RIGHTS; rights += 2) {
        pte_t pte = pte_user(0x80000000, rights, true);

        ck_assert(!(pte & PTE_W) || (pte & PTE_R));
        ck_assert_int_eq((pte & PTE_V) != 0, rights != 0);
        ck_assert_int_eq((pte & PTE_X) != 0, (rights & PTE_X) != 0);
        if (pte & PTE_V) {
            ck_assert((pte & PTE_A) && (pte & PTE_D));
        }
    }
}
END_TEST

START_TEST(a_page_without_rights_is_hidden_not_lost)
{
    pte_t pte = pte_user(0x80000000, 0, true);

    ck_assert(!(pte & PTE_V));
    ck_assert(pte_has_page(pte));
    ck_assert(pte_is_modified(pte));
    ck_assert_uint_eq(pte_physical(pte), 0x80000000);
}
END_TEST

int main(void)
{
    const TTest *tests[] = {
        indices_split_an_address,
        the_kernel_has_the_upper_half,
        spans_are_those_of_pages,
        an_entry_keeps_its_address,
        a_mark_is_no_page,
        only_modified_pages_are_writable,
        no_reserved_combination_is_made,
        a_page_without_rights_is_hidden_not_lost,
    };

    return suite_run("sv39", tests, SUITE_COUNT(tests));
}
