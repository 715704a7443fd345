/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * lib/ring.c: around every end, and with a producer that lies.
 */
#include "lib/ring.h"
#include "suite.h"

#define RING_BYTES  16384u

typedef struct {
    uint8_t data[RING_BYTES];
    uint64_t head;
    uint64_t tail;
    Ring ring;
    GString *seen;
    unsigned count;
} TestRing;

static TestRing *make_ring(uint64_t position)
{
    TestRing *ring = g_new0(TestRing, 1);

    ring->ring = ring_init(ring->data, RING_BYTES, &ring->head, &ring->tail);
    ring->ring.position = position;
    ring->head = position;
    ring->tail = position;
    ring->seen = g_string_new(NULL);
    return ring;
}

static void free_ring(TestRing *ring)
{
    g_string_free(ring->seen, TRUE);
    g_free(ring);
}

static void produce(TestRing *ring, const void *data, size_t bytes)
{
    for (size_t i = 0; i < bytes; i++) {
        ring->data[(ring->head + i) % RING_BYTES] = ((const uint8_t *)data)[i];
    }
    ring->head += bytes;
}

static bool take_records(const struct mb_trace_record *records, size_t count,
                         void *data, GError **error)
{
    TestRing *ring = data;

    for (size_t i = 0; i < count; i++) {
        if (records[i].seq != ring->count++) {
            return godwit_fail(error, "wrong record");
        }
    }
    return true;
}

static bool take_output(const struct mb_output *output, const uint8_t *bytes,
                        void *data, GError **error)
{
    TestRing *ring = data;

    g_string_append_len(ring->seen, (const char *)bytes, output->length);
    return true;
}

static bool refuse_output(const struct mb_output *output, const uint8_t *bytes,
                          void *data, GError **error)
{
    return godwit_fail(error, "refused");
}

START_TEST(traces_come_out_in_order_around_the_end)
{
    /* The position wraps around 2^64 as well. */
    TestRing *ring = make_ring(UINT64_MAX - 64 * 100 + 1);
    uint32_t seq = 0;
    GError *error = NULL;

    for (unsigned round = 0; round < 50; round++) {
        for (unsigned i = 0; i < round; i++) {
            struct mb_trace_record record = { .seq = seq++ };
            produce(ring, &record, sizeof(record));
        }
        ck_assert(ring_drain_trace(&ring->ring, take_records, ring, &error));
        ck_assert_uint_eq(ring->tail, ring->head);
    }
    ck_assert_uint_eq(ring->count, seq);
    free_ring(ring);
}
END_TEST

START_TEST(a_full_ring_is_drained_and_a_fuller_one_refused)
{
    TestRing *ring = make_ring(0);
    GError *error = NULL;

    for (uint32_t i = 0; i < RING_BYTES / 64; i++) {
        struct mb_trace_record record = { .seq = i };
        produce(ring, &record, sizeof(record));
    }
    ck_assert(ring_drain_trace(&ring->ring, take_records, ring, &error));
    ck_assert_uint_eq(ring->count, RING_BYTES / 64);
    ring->head += RING_BYTES + 64;
    ck_assert(!ring_drain_trace(&ring->ring, take_records, ring, &error));
    ck_assert_error(error, GODWIT_ERROR_FAILED, "position of the ring");
    free_ring(ring);
}
END_TEST

START_TEST(hostile_positions_are_refused)
{
    static const uint64_t heads[] = {
        1, 63, 65, RING_BYTES + 64, UINT64_MAX, UINT64_MAX - 63,
        UINT64_C(1) << 63,
    };

    for (size_t i = 0; i < G_N_ELEMENTS(heads); i++) {
        TestRing *ring = make_ring(0);
        GError *error = NULL;
        ring->head = heads[i];
        ck_assert(!ring_drain_trace(&ring->ring, take_records, ring, &error));
        ck_assert_error(error, GODWIT_ERROR_FAILED, "position of the ring");
        ck_assert(!ring_drain_output(&ring->ring, take_output, ring, &error));
        ck_assert_error(error, GODWIT_ERROR_FAILED, "of the ring");
        ck_assert_uint_eq(ring->tail, 0);
        free_ring(ring);
    }
}
END_TEST

static void produce_output(TestRing *ring, const char *text, uint32_t length)
{
    static const uint8_t padding[32];
    struct mb_output output = { .pid = 1, .stream = 1, .length = length };
    size_t bytes = strlen(text);

    produce(ring, &output, sizeof(output));
    produce(ring, text, bytes);
    produce(ring, padding, (32 - bytes % 32) % 32);
}

START_TEST(output_comes_out_around_the_end)
{
    TestRing *ring = make_ring(RING_BYTES - 64);
    g_autofree char *text = g_strnfill(1000, 'x');
    GError *error = NULL;

    produce_output(ring, text, 1000);
    produce_output(ring, "end", 3);
    ck_assert(ring_drain_output(&ring->ring, take_output, ring, &error));
    ck_assert_uint_eq(ring->seen->len, 1003);
    ck_assert(g_str_has_suffix(ring->seen->str, "xxend"));
    ck_assert_uint_eq(ring->tail, ring->head);
    free_ring(ring);
}
END_TEST

START_TEST(hostile_lengths_are_refused)
{
    static const uint32_t lengths[] = {
        0, 33, MB_OUTPUT_MAX, MB_OUTPUT_MAX + 1, 0x7fffffff, UINT32_MAX,
        UINT32_MAX - 31,
    };

    for (size_t i = 0; i < G_N_ELEMENTS(lengths); i++) {
        TestRing *ring = make_ring(0);
        GError *error = NULL;
        produce_output(ring, "32 bytes, one record has no more", lengths[i]);
        ck_assert(!ring_drain_output(&ring->ring, take_output, ring, &error));
        ck_assert_error(error, GODWIT_ERROR_FAILED, "is broken");
        ck_assert_uint_eq(ring->seen->len, 0);
        free_ring(ring);
    }
}
END_TEST

/* All of it is there, but it is more than a record may have. */
START_TEST(a_record_has_a_limit)
{
    g_autofree char *most = g_strnfill(MB_OUTPUT_MAX, 'x');
    g_autofree char *more = g_strnfill(MB_OUTPUT_MAX + 1, 'x');
    TestRing *ring = make_ring(0);
    GError *error = NULL;

    produce_output(ring, most, MB_OUTPUT_MAX);
    ck_assert(ring_drain_output(&ring->ring, take_output, ring, &error));
    ck_assert_uint_eq(ring->seen->len, MB_OUTPUT_MAX);
    produce_output(ring, more, MB_OUTPUT_MAX + 1);
    ck_assert(!ring_drain_output(&ring->ring, take_output, ring, &error));
    ck_assert_error(error, GODWIT_ERROR_FAILED, "is broken");
    free_ring(ring);
}
END_TEST

START_TEST(an_error_of_the_consumer_ends_the_drain)
{
    TestRing *ring = make_ring(0);
    GError *error = NULL;

    produce_output(ring, "x", 1);
    ck_assert(!ring_drain_output(&ring->ring, refuse_output, ring, &error));
    ck_assert_error(error, GODWIT_ERROR_FAILED, "refused");
    ck_assert_uint_eq(ring->tail, 0);
    free_ring(ring);
}
END_TEST

START_TEST(random_rings_do_no_harm)
{
    uint64_t state = 4;

    for (unsigned round = 0; round < 20000; round++) {
        TestRing *ring = make_ring(suite_random(&state) & ~UINT64_C(63));
        g_autoptr(GError) error = NULL;
        for (unsigned i = 0; i < RING_BYTES; i += 8) {
            uint64_t word = suite_random(&state) >> suite_random(&state) % 64;
            memcpy(ring->data + i, &word, sizeof(word));
        }
        ring->head += 32 * (suite_random(&state) % (RING_BYTES / 32 + 1));
        bool done = ring_drain_output(&ring->ring, take_output, ring, &error);
        ck_assert(done == (error == NULL));
        ck_assert_uint_le(ring->tail - (ring->head - RING_BYTES), RING_BYTES);
        free_ring(ring);
    }
}
END_TEST

int main(void)
{
    const TTest *tests[] = {
        traces_come_out_in_order_around_the_end,
        a_full_ring_is_drained_and_a_fuller_one_refused,
        hostile_positions_are_refused, output_comes_out_around_the_end,
        hostile_lengths_are_refused, a_record_has_a_limit,
        an_error_of_the_consumer_ends_the_drain,
        random_rings_do_no_harm,
    };

    return suite_run("ring", tests, G_N_ELEMENTS(tests));
}
