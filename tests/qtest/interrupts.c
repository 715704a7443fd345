/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The timer, to the nanosecond, and interrupts: INTx as the machine's PLIC
 * sees it, MSI-X as it arrives in memory.
 */
#include "suites.h"

#include "bridge.h"

#define PLIC            UINT64_C(0x0c000000)
#define PLIC_SOURCE     33      /* INTA of device 1 */
#define PLIC_PRIORITY   (PLIC + 4 * PLIC_SOURCE)
#define PLIC_PENDING    (PLIC + 0x1000 + 4 * (PLIC_SOURCE / 32))
#define PLIC_ENABLE     (PLIC + 0x2000 + 4 * (PLIC_SOURCE / 32))
#define PLIC_CLAIM      (PLIC + 0x200004)
#define PLIC_BIT        (1u << (PLIC_SOURCE % 32))

#define PCI_STATUS              0x06
#define PCI_STATUS_INTERRUPT    0x08
#define PCI_CAPABILITIES        0x34
#define PCI_CAP_ID_MSIX         0x11
#define MSIX_CONTROL            2
#define MSIX_ENABLE             0x8000
#define MSIX_ENTRY(i)           (BAR_MSIX + (i) * 16)

static TestSegment *segment;
static Bridge *bridge;

static void setup(void)
{
    segment = test_segment_create(1);
    bridge = bridge_start(segment, 0);
}

static void teardown(void)
{
    bridge_stop(bridge);
    test_segment_destroy(segment);
}

static uint32_t irq_status(void)
{
    return bridge_read32(bridge, MB_REG_IRQ_STATUS);
}

START_TEST(timer)
{
    bridge_write64(bridge, MB_REG_TIMER_NS, 1000);
    qtest_step_to(bridge->qtest, 999);
    ck_assert_uint_eq(irq_status(), 0);
    qtest_step_to(bridge->qtest, 1000);
    ck_assert_uint_eq(irq_status(), MB_IRQ_TIMER);
    ck_assert_uint_eq(bridge_read64(bridge, MB_REG_TIMER_NS), 1000);

    /* setting it anew leaves a request alone; it fires once per deadline */
    bridge_write64(bridge, MB_REG_TIMER_NS, 3000);
    ck_assert_uint_eq(irq_status(), MB_IRQ_TIMER);
    bridge_write32(bridge, MB_REG_IRQ_STATUS, MB_IRQ_TIMER);
    ck_assert_uint_eq(irq_status(), 0);
    qtest_step_to(bridge->qtest, 2999);
    ck_assert_uint_eq(irq_status(), 0);
    qtest_step_to(bridge->qtest, 3000);
    ck_assert_uint_eq(irq_status(), MB_IRQ_TIMER);
    bridge_write32(bridge, MB_REG_IRQ_STATUS, MB_IRQ_TIMER);
    qtest_step_to(bridge->qtest, 9000);
    ck_assert_uint_eq(irq_status(), 0);
}
END_TEST

START_TEST(timer_past_and_off)
{
    qtest_step_to(bridge->qtest, 5000);
    bridge_write64(bridge, MB_REG_TIMER_NS, 5001);
    ck_assert_uint_eq(irq_status(), 0);
    bridge_write64(bridge, MB_REG_TIMER_NS, MB_TIMER_OFF);
    qtest_step_to(bridge->qtest, 6000);
    ck_assert_uint_eq(irq_status(), 0);

    /* reached at the moment of writing, and long ago */
    bridge_write64(bridge, MB_REG_TIMER_NS, 6000);
    ck_assert_uint_eq(irq_status(), MB_IRQ_TIMER);
    bridge_write32(bridge, MB_REG_IRQ_STATUS, MB_IRQ_TIMER);
    bridge_write64(bridge, MB_REG_TIMER_NS, 0);
    ck_assert_uint_eq(irq_status(), MB_IRQ_TIMER);
    bridge_write32(bridge, MB_REG_IRQ_STATUS, MB_IRQ_TIMER);

    /* the last deadline that is one */
    bridge_write64(bridge, MB_REG_TIMER_NS, MB_TIMER_OFF - 1);
    qtest_step(bridge->qtest, UINT64_C(1) << 40);
    ck_assert_uint_eq(irq_status(), 0);
}
END_TEST

START_TEST(error_request)
{
    bridge_read32(bridge, 0xffc);
    ck_assert_uint_eq(irq_status(), MB_IRQ_ERROR);
    /* cleared by itself, or with the last status bit */
    bridge_write32(bridge, MB_REG_IRQ_STATUS, MB_IRQ_ERROR);
    ck_assert_uint_eq(irq_status(), 0);
    bridge_read32(bridge, 0xffc);
    ck_assert_uint_eq(irq_status(), MB_IRQ_ERROR);
    bridge_write32(bridge, MB_REG_STATUS, MB_STATUS_ALL);
    ck_assert_uint_eq(irq_status(), 0);
}
END_TEST

/* -- INTx -- */

static bool line_is_high(void)
{
    return bridge_config_read(bridge, 2, PCI_STATUS) & PCI_STATUS_INTERRUPT;
}

static uint32_t claim(void)
{
    uint32_t source = (uint32_t)qtest_read(bridge->qtest, 4, PLIC_CLAIM);

    if (source != 0) {
        qtest_write(bridge->qtest, 4, PLIC_CLAIM, source);
    }
    return source;
}

START_TEST(intx)
{
    qtest_write(bridge->qtest, 4, PLIC_PRIORITY, 1);
    qtest_write(bridge->qtest, 4, PLIC_ENABLE, PLIC_BIT);

    /* a request that is not enabled stays silent until it is */
    bridge_write64(bridge, MB_REG_TIMER_NS, 0);
    ck_assert(!line_is_high());
    ck_assert_uint_eq(claim(), 0);
    bridge_write32(bridge, MB_REG_IRQ_ENABLE, MB_IRQ_TIMER);
    ck_assert(line_is_high());
    ck_assert_uint_eq(claim(), PLIC_SOURCE);
    bridge_write32(bridge, MB_REG_IRQ_STATUS, MB_IRQ_TIMER);
    ck_assert(!line_is_high());
    ck_assert_uint_eq(claim(), 0);

    /* one line for all: it falls with the last */
    bridge_write32(bridge, MB_REG_IRQ_ENABLE, MB_IRQ_TIMER | MB_IRQ_ERROR);
    bridge_write64(bridge, MB_REG_TIMER_NS, 0);
    bridge_read32(bridge, 0xffc);
    ck_assert_uint_eq(claim(), PLIC_SOURCE);
    bridge_write32(bridge, MB_REG_IRQ_STATUS, MB_IRQ_TIMER);
    ck_assert(line_is_high());
    /* and the controller hears of what is left, */
    ck_assert_uint_eq(claim(), PLIC_SOURCE);
    /* of what comes while it is high, */
    bridge_write64(bridge, MB_REG_TIMER_NS, 0);
    ck_assert_uint_eq(claim(), PLIC_SOURCE);
    /* and of what is enabled while it is high */
    bridge_write32(bridge, MB_REG_IRQ_ENABLE, MB_IRQ_TIMER);
    ck_assert_uint_eq(claim(), PLIC_SOURCE);
    bridge_write32(bridge, MB_REG_IRQ_STATUS, MB_IRQ_ALL);
    ck_assert(!line_is_high());
    ck_assert_uint_eq(claim(), 0);
}
END_TEST

/* -- MSI-X -- */

static unsigned find_msix(Bridge *b)
{
    unsigned offset = bridge_config_read(b, 1, PCI_CAPABILITIES);

    while (offset != 0 && bridge_config_read(b, 1, offset) != PCI_CAP_ID_MSIX) {
        offset = bridge_config_read(b, 1, offset + 1);
    }
    return offset;
}

static uint32_t take_message(Bridge *b, unsigned vector)
{
    uint32_t value = (uint32_t)qtest_read(b->qtest, 4, SCRATCH + 8 * vector);

    qtest_write(b->qtest, 4, SCRATCH + 8 * vector, 0);
    return value;
}

/* Vector i writes 0x100 + i to a word of its own in RAM. */
static void enable_msix(Bridge *b, unsigned capability)
{
    for (unsigned i = 0; i < MB_IRQ_VECTORS; i++) {
        qtest_write(b->qtest, 4, MSIX_ENTRY(i), SCRATCH + 8 * i);
        qtest_write(b->qtest, 4, MSIX_ENTRY(i) + 4, 0);
        qtest_write(b->qtest, 4, MSIX_ENTRY(i) + 8, 0x100 + i);
        qtest_write(b->qtest, 4, MSIX_ENTRY(i) + 12, 0);
        take_message(b, i);
    }
    bridge_config_write(b, 2, capability + MSIX_CONTROL, MSIX_ENABLE);
}

START_TEST(msix)
{
    TestSegment *other = test_segment_create(1);
    Bridge *b = bridge_start_on(other, 0, "virt,aia=aplic-imsic");
    unsigned capability = find_msix(b);

    ck_assert_uint_ne(capability, 0);
    ck_assert_uint_eq((bridge_config_read(b, 2, capability + MSIX_CONTROL) &
                       0x7ff) + 1, MB_IRQ_VECTORS);
    ck_assert_uint_eq(bridge_config_read(b, 4, capability + 4) & 7,
                      MB_BAR_MSIX);
    enable_msix(b, capability);
    bridge_write32(b, MB_REG_IRQ_ENABLE, MB_IRQ_ALL);

    bridge_write64(b, MB_REG_TIMER_NS, 0);
    ck_assert_uint_eq(take_message(b, 2), 0x102);
    bridge_read32(b, 0xffc);
    ck_assert_uint_eq(take_message(b, 3), 0x103);
    ck_assert_uint_eq(take_message(b, 0), 0);
    ck_assert_uint_eq(take_message(b, 1), 0);

    /* one message per request; the next after it was cleared */
    bridge_write64(b, MB_REG_TIMER_NS, 0);
    ck_assert_uint_eq(take_message(b, 2), 0);
    bridge_write32(b, MB_REG_IRQ_STATUS, MB_IRQ_TIMER);
    ck_assert_uint_eq(take_message(b, 2), 0);
    ck_assert_uint_eq(take_message(b, 3), 0);
    bridge_write64(b, MB_REG_TIMER_NS, 0);
    ck_assert_uint_eq(take_message(b, 2), 0x102);
    ck_assert_uint_eq(bridge_config_read(b, 2, PCI_STATUS) &
                      PCI_STATUS_INTERRUPT, 0);
    bridge_stop(b);
    test_segment_destroy(other);
}
END_TEST

TCase *interrupt_tests(void)
{
    TCase *tests = suite_case("interrupts");

    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_test(tests, timer);
    tcase_add_test(tests, timer_past_and_off);
    tcase_add_test(tests, error_request);
    tcase_add_test(tests, intx);
    tcase_add_test(tests, msix);
    return tests;
}
