/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Sv39 page table entries, and what the kernel keeps in invalid ones.
 * RISC-V Privileged Architecture 1.12, sections 4.3 and 4.4.
 *
 * A leaf of a user table is in one of four states:
 *
 *   absent      0                         nothing is known of the page
 *   remote      PTE_REMOTE                its contents are at another node
 *   present     page | rights | V         can be accessed
 *   hidden      page, not V               there, but the area allows nothing
 *
 * PTE_MODIFIED in the last two: the page differs from its backing. Only
 * modified pages are writable, so the first store to a clean page faults.
 * PTE_SENT beside it: another node has a copy of the page as it is; it is not
 * writable, so the first store faults here, too.
 */
#ifndef ARCH_SV39_H
#define ARCH_SV39_H

#include <stdbool.h>
#include <stdint.h>

#define PTE_V           (1u << 0)
#define PTE_R           (1u << 1)
#define PTE_W           (1u << 2)
#define PTE_X           (1u << 3)
#define PTE_U           (1u << 4)
#define PTE_A           (1u << 6)
#define PTE_D           (1u << 7)
#define PTE_MODIFIED    (1u << 8)       /* the two bits left to software */
#define PTE_REMOTE      (1u << 9)       /* of a leaf without a page */
#define PTE_SENT        (1u << 9)       /* of a leaf with one */

#define PTE_PPN_SHIFT   10
#define PTE_RIGHTS      (PTE_R | PTE_W | PTE_X)

#define SV39_LEVELS         3
#define SV39_ENTRIES        512u
#define SV39_KERNEL_ENTRY   256u        /* first entry of the upper half */

typedef uint64_t pte_t;

/* Index into the table of a level: 2 is the root, 0 holds the pages. */
static inline unsigned sv39_index(uint64_t address, unsigned level)
{
    return (unsigned)(address >> (12 + 9 * level)) & (SV39_ENTRIES - 1);
}

/* Bytes that one entry of a level covers. */
static inline uint64_t sv39_span(unsigned level)
{
    return 1ul << (12 + 9 * level);
}

static inline pte_t pte_make(uint64_t physical, uint64_t flags)
{
    return physical >> 12 << PTE_PPN_SHIFT | flags;
}

static inline uint64_t pte_physical(pte_t pte)
{
    return pte >> PTE_PPN_SHIFT << 12;
}

/* No page of memory is at physical address 0. */
static inline bool pte_has_page(pte_t pte)
{
    return pte >> PTE_PPN_SHIFT != 0;
}

static inline bool pte_is_remote(pte_t pte)
{
    return !pte_has_page(pte) && (pte & PTE_REMOTE);
}

static inline bool pte_is_modified(pte_t pte)
{
    return pte_has_page(pte) && (pte & PTE_MODIFIED);
}

static inline bool pte_is_sent(pte_t pte)
{
    return pte_has_page(pte) && (pte & PTE_SENT);
}

/* Modified, and no other node has a copy. */
static inline bool pte_is_owed(pte_t pte)
{
    return (pte & (PTE_MODIFIED | PTE_SENT)) == PTE_MODIFIED;
}

/* Can be accessed, and has not been since PTE_A was taken away. */
static inline bool pte_is_unused(pte_t pte)
{
    return (pte & (PTE_V | PTE_A)) == PTE_V;
}

static inline pte_t pte_sent(pte_t pte)
{
    return (pte & ~(pte_t)PTE_W) | PTE_SENT;
}

/*
 * The leaf for a page with rights given as PTE_R | PTE_W | PTE_X. Accessed and
 * dirty are preset: nobody wants to know, but for pages that were sent ahead of
 * their use, of which PTE_A is taken away. The architecture knows no page that can
 * be written and not be read.
 */
static inline pte_t pte_user(uint64_t physical, uint64_t rights, bool modified)
{
    uint64_t flags = modified ? PTE_MODIFIED : 0;

    if (rights & PTE_W) {
        rights |= PTE_R;
        rights &= modified ? PTE_RIGHTS : ~(uint64_t)PTE_W;
    }
    if (rights != 0) {
        flags |= rights | PTE_V | PTE_U | PTE_A | PTE_D;
    }
    return pte_make(physical, flags);
}

#endif
