/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The register map: what is there, what is not, widths, halves, reset.
 */
#include "suites.h"

#include "bridge.h"

#define PCI_BASE_ADDRESS_0 0x10

static TestSegment *segment;
static Bridge *bridge;

static void setup(void)
{
    segment = test_segment_create(3);
    /* faulty in one direction is faulty */
    test_segment_link(segment, 1, 2)->model.flags = MB_LINK_FAULTY;
    bridge = bridge_start(segment, 2);
}

static void teardown(void)
{
    bridge_stop(bridge);
    test_segment_destroy(segment);
}

START_TEST(identification)
{
    ck_assert_uint_eq(bridge_config_read(bridge, 2, 0x00), MB_PCI_VENDOR_ID);
    ck_assert_uint_eq(bridge_config_read(bridge, 2, 0x02), MB_PCI_DEVICE_ID);
    ck_assert_uint_eq(bridge_config_read(bridge, 1, 0x08), MB_PCI_REVISION);
    ck_assert_uint_eq(bridge_config_read(bridge, 2, 0x0a), MB_PCI_CLASS);
    ck_assert_uint_eq(bridge_config_read(bridge, 1, 0x3d), 1);

    /* size of the register BAR */
    bridge_config_write(bridge, 4, PCI_BASE_ADDRESS_0, 0xffffffff);
    ck_assert_uint_eq(bridge_config_read(bridge, 4, PCI_BASE_ADDRESS_0),
                      (uint32_t)-MB_BAR_REGS_BYTES);
    bridge_config_write(bridge, 4, PCI_BASE_ADDRESS_0, (uint32_t)BAR_REGS);

    ck_assert_uint_eq(bridge_read32(bridge, MB_REG_MAGIC), MB_MAGIC);
    ck_assert_uint_eq(bridge_read32(bridge, MB_REG_VERSION), MB_VERSION);
    ck_assert_uint_eq(bridge_read32(bridge, MB_REG_NODE), 2);
    ck_assert_uint_eq(bridge_read32(bridge, MB_REG_NODE_COUNT), 3);
    ck_assert_uint_eq(bridge_read32(bridge, MB_REG_CLOCK_NUM), 1);
    ck_assert_uint_eq(bridge_read32(bridge, MB_REG_CLOCK_DEN), 1);
    ck_assert_uint_eq(segment->nodes[2].state, MB_NODE_JOINED);
    bridge_expect_status(bridge, 0);
}
END_TEST

/* What docs/specs/device.md says is there; the rest of the page is not. */
static const struct {
    uint16_t offset;
    uint8_t bytes;
    bool read, write;
    uint64_t reset;
} map[] = {
    { MB_REG_MAGIC, 4, true, false, MB_MAGIC },
    { MB_REG_VERSION, 4, true, false, MB_VERSION },
    { MB_REG_NODE, 4, true, false, 2 },
    { MB_REG_NODE_COUNT, 4, true, false, 3 },
    { MB_REG_CONTROL, 4, true, true, 0 },
    { MB_REG_STATUS, 4, true, true, 0 },
    { MB_REG_IRQ_STATUS, 4, true, true, 0 },
    { MB_REG_IRQ_ENABLE, 4, true, true, 0 },
    { MB_REG_TIME_NS, 8, true, false, 0 },
    { MB_REG_INSTRET, 8, true, false, 0 },
    { MB_REG_TIMER_NS, 8, true, true, MB_TIMER_OFF },
    { MB_REG_CLOCK_NUM, 4, true, false, 1 },
    { MB_REG_CLOCK_DEN, 4, true, false, 1 },
    { MB_REG_STAMP, 8, false, true, 0 },
    { MB_REG_OUTPUT, 8, false, true, 0 },
    { MB_REG_HALT, 4, false, true, 0 },
    { MB_REG_BOARD, 8, true, true, 0 },
    { MB_REG_EXPORT, 8, false, true, 0 },
    { MB_REG_LINKED(0), 4, true, false, 1 << 0 | 1 << 1 },
    { MB_REG_LINKED(1), 4, true, false, 0 },
    { MB_REG_LINKED(2), 4, true, false, 0 },
    { MB_REG_LINKED(3), 4, true, false, 0 },
    { MB_REG_LINKED(4), 4, true, false, 0 },
    { MB_REG_LINKED(5), 4, true, false, 0 },
    { MB_REG_LINKED(6), 4, true, false, 0 },
    { MB_REG_LINKED(7), 4, true, false, 0 },
    { MB_REG_FAULTY(0), 4, true, false, 1 << 1 },
    { MB_REG_FAULTY(1), 4, true, false, 0 },
    { MB_REG_FAULTY(2), 4, true, false, 0 },
    { MB_REG_FAULTY(3), 4, true, false, 0 },
    { MB_REG_FAULTY(4), 4, true, false, 0 },
    { MB_REG_FAULTY(5), 4, true, false, 0 },
    { MB_REG_FAULTY(6), 4, true, false, 0 },
    { MB_REG_FAULTY(7), 4, true, false, 0 },
    { MB_REG_TX(0) + MB_TX_BASE, 8, true, true, 0 },
    { MB_REG_TX(0) + MB_TX_SIZE, 4, true, true, 0 },
    { MB_REG_TX(0) + MB_TX_TAIL, 4, true, true, 0 },
    { MB_REG_TX(0) + MB_TX_HEAD, 4, true, false, 0 },
    { MB_REG_TX(1) + MB_TX_BASE, 8, true, true, 0 },
    { MB_REG_TX(1) + MB_TX_SIZE, 4, true, true, 0 },
    { MB_REG_TX(1) + MB_TX_TAIL, 4, true, true, 0 },
    { MB_REG_TX(1) + MB_TX_HEAD, 4, true, false, 0 },
    { MB_REG_RX + MB_RX_BASE, 8, true, true, 0 },
    { MB_REG_RX + MB_RX_DONE, 8, true, true, 0 },
    { MB_REG_RX + MB_RX_SIZE, 4, true, true, 0 },
    { MB_REG_RX + MB_RX_TAIL, 4, true, true, 0 },
    { MB_REG_RX + MB_RX_HEAD, 4, true, false, 0 },
};
#define MAP_COUNT (sizeof(map) / sizeof(map[0]))

/* Index in the map of the register that covers this offset, or MAP_COUNT. */
static size_t covering(unsigned offset)
{
    size_t i;

    for (i = 0; i < MAP_COUNT; i++) {
        if (offset >= map[i].offset && offset < map[i].offset + map[i].bytes) {
            break;
        }
    }
    return i;
}

START_TEST(whole_page)
{
    for (unsigned offset = 0; offset < MB_BAR_REGS_BYTES; offset += 4) {
        size_t i = covering(offset);
        uint32_t value = bridge_read32(bridge, offset);

        if (i < MAP_COUNT && map[i].read) {
            unsigned shift = (offset - map[i].offset) * 8;

            ck_assert_uint_eq(value, (uint32_t)(map[i].reset >> shift));
            bridge_expect_status(bridge, 0);
        } else {
            ck_assert_uint_eq(value, 0);
            bridge_expect_status(bridge, MB_STATUS_BAD_ACCESS);
        }
        if (i == MAP_COUNT || !map[i].write) {
            bridge_write32(bridge, offset, 1);
            bridge_expect_status(bridge, MB_STATUS_BAD_ACCESS);
        }
    }
}
END_TEST

START_TEST(widths)
{
    static const struct {
        unsigned bytes;
        unsigned offset;
    } bad[] = {
        { 1, MB_REG_MAGIC }, { 2, MB_REG_MAGIC }, { 1, MB_REG_TIME_NS },
        { 2, MB_REG_TIME_NS + 2 }, { 8, MB_REG_MAGIC }, { 8, MB_REG_NODE },
        { 8, MB_REG_TX(0) + MB_TX_SIZE }, { 4, MB_REG_MAGIC + 2 },
        { 8, MB_REG_TIME_NS + 4 }, { 8, MB_REG_TIME_NS + 1 },
        { 4, MB_REG_TIME_NS + 1 }, { 1, 0xfff }, { 8, 0xff8 },
    };

    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        uint64_t addr = BAR_REGS + bad[i].offset;

        ck_assert_uint_eq(qtest_read(bridge->qtest, bad[i].bytes, addr), 0);
        bridge_expect_status(bridge, MB_STATUS_BAD_ACCESS);
        qtest_write(bridge->qtest, bad[i].bytes, addr, 1);
        bridge_expect_status(bridge, MB_STATUS_BAD_ACCESS);
    }
}
END_TEST

START_TEST(halves)
{
    const uint64_t base = MB_REG_TX(1) + MB_TX_BASE;

    bridge_write32(bridge, base, 0x11223340);
    ck_assert_uint_eq(bridge_read64(bridge, base), 0);
    bridge_write32(bridge, base + 4, 0x55667788);
    ck_assert_uint_eq(bridge_read64(bridge, base), 0x5566778811223340);
    ck_assert_uint_eq(bridge_read32(bridge, base), 0x11223340);
    ck_assert_uint_eq(bridge_read32(bridge, base + 4), 0x55667788);
    bridge_expect_status(bridge, 0);

    /* the high half belongs to the low half that was written before it */
    bridge_write32(bridge, base + 4, 1);
    bridge_expect_status(bridge, MB_STATUS_BAD_ACCESS);
    bridge_write32(bridge, MB_REG_RX + MB_RX_BASE, 8);
    bridge_write32(bridge, MB_REG_RX + MB_RX_DONE + 4, 1);
    bridge_expect_status(bridge, MB_STATUS_BAD_ACCESS);
    ck_assert_uint_eq(bridge_read64(bridge, base), 0x5566778811223340);
    ck_assert_uint_eq(bridge_read64(bridge, MB_REG_RX + MB_RX_DONE), 0);
}
END_TEST

START_TEST(time_in_halves)
{
    /* the high half is that of the moment when the low half was read */
    qtest_step_to(bridge->qtest, UINT64_C(0x1ffffffff));
    ck_assert_uint_eq(bridge_read32(bridge, MB_REG_TIME_NS), 0xffffffff);
    qtest_step(bridge->qtest, 1);
    ck_assert_uint_eq(bridge_read32(bridge, MB_REG_TIME_NS + 4), 1);
    ck_assert_uint_eq(bridge_read64(bridge, MB_REG_TIME_NS),
                      UINT64_C(0x200000000));
}
END_TEST

START_TEST(bad_values)
{
    bridge_write32(bridge, MB_REG_CONTROL, 4);
    bridge_expect_status(bridge, MB_STATUS_BAD_ACCESS);
    bridge_write32(bridge, MB_REG_CONTROL, 0x80000000 | MB_CONTROL_ENABLE);
    bridge_expect_status(bridge, MB_STATUS_BAD_ACCESS);
    ck_assert_uint_eq(bridge_read32(bridge, MB_REG_CONTROL), 0);

    bridge_write32(bridge, MB_REG_IRQ_ENABLE, MB_IRQ_ALL + 1);
    bridge_expect_status(bridge, MB_STATUS_BAD_ACCESS);
    ck_assert_uint_eq(bridge_read32(bridge, MB_REG_IRQ_ENABLE), 0);

    bridge_write32(bridge, MB_REG_HALT, 0);
    bridge_expect_status(bridge, MB_STATUS_BAD_ACCESS);
    bridge_write32(bridge, MB_REG_HALT, MB_HALT_CONFIG + 1);
    bridge_expect_status(bridge, MB_STATUS_BAD_ACCESS);
    ck_assert_uint_eq(segment->header->ended, MB_END_NOT);
}
END_TEST

/* For the host tool, which finds it in the segment. */
START_TEST(board)
{
    bridge_write64(bridge, MB_REG_BOARD, SCRATCH);
    ck_assert_uint_eq(bridge_read64(bridge, MB_REG_BOARD), SCRATCH);
    ck_assert_uint_eq(segment->nodes[2].board, SCRATCH);
    bridge_expect_status(bridge, 0);
}
END_TEST

START_TEST(reset)
{
    bridge_set_up(bridge, 4);
    bridge_write64(bridge, MB_REG_TIMER_NS, 1000);
    bridge_write32(bridge, 0xffc, 0);
    ck_assert_uint_eq(bridge_read32(bridge, MB_REG_IRQ_STATUS), MB_IRQ_ERROR);
    bridge_write32(bridge, MB_REG_CONTROL, MB_CONTROL_RESET);

    for (size_t i = 0; i < MAP_COUNT; i++) {
        if (map[i].read) {
            ck_assert_uint_eq(qtest_read(bridge->qtest, map[i].bytes,
                                         BAR_REGS + map[i].offset),
                              map[i].reset);
        }
    }
    qtest_step_to(bridge->qtest, 2000);
    ck_assert_uint_eq(bridge_read32(bridge, MB_REG_IRQ_STATUS), 0);
}
END_TEST

START_TEST(halt)
{
    struct mb_trace_record record;

    qtest_step_to(bridge->qtest, 1234);
    bridge_write32(bridge, MB_REG_HALT, MB_HALT_CONFIG);
    record = bridge_expect_trace(bridge, MB_TRACE_HALT);
    ck_assert_uint_eq(record.time_ns, 1234);
    ck_assert_uint_eq(record.arg[0], MB_HALT_CONFIG);
    ck_assert_uint_eq(segment->header->ended, MB_END_HALT);
    ck_assert_uint_eq(segment->header->end_node, 2);
    ck_assert_uint_eq(segment->nodes[2].halt, MB_HALT_CONFIG);
    test_segment_await_state(segment, 2, MB_NODE_ENDED);
    ck_assert_uint_eq(segment->nodes[2].time_ns, 1234);
}
END_TEST

TCase *register_tests(void)
{
    TCase *tests = suite_case("registers");

    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_test(tests, identification);
    tcase_add_test(tests, whole_page);
    tcase_add_test(tests, widths);
    tcase_add_test(tests, halves);
    tcase_add_test(tests, time_in_halves);
    tcase_add_test(tests, bad_values);
    tcase_add_test(tests, board);
    tcase_add_test(tests, reset);
    tcase_add_test(tests, halt);
    return tests;
}
