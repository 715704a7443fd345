/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Sorting: records in a random order are sorted again and again, in turn by
 * merging runs (streams from one half of the memory to the other), with a heap
 * (jumps of powers of two) and by quicksort (from both ends).
 *
 * sort [TURNS [SIZE]]: a turn fills the records, sorts and checks them.
 */
#include <string.h>

#include "check.h"

#define USUAL_TURNS 15
#define USUAL_BYTES (128ul << 10)
#define FEW         12      /* records that are sorted by insertion */
#define KEYS_SHARE  4       /* records that have the same key, on average */

struct record {
    uint64_t key;
    uint64_t number;        /* its place before it was sorted */
};

static struct record *records;
static struct record *spare;    /* as many */
static size_t record_count;

static void swap(size_t i, size_t k)
{
    struct record record = records[i];

    records[i] = records[k];
    records[k] = record;
}

/* -- merge sort: stable -- */

static void merge(const struct record *from, struct record *to, size_t begin,
                  size_t middle, size_t end)
{
    size_t left = begin;
    size_t right = middle;

    for (size_t i = begin; i < end; i++) {
        if (left < middle &&
            (right >= end || from[left].key <= from[right].key)) {
            to[i] = from[left++];
        } else {
            to[i] = from[right++];
        }
    }
}

static size_t at_most(size_t i)
{
    return i < record_count ? i : record_count;
}

static void merge_sort(void)
{
    struct record *from = records;
    struct record *to = spare;

    for (size_t run = 1; run < record_count; run *= 2) {
        struct record *swapped = from;

        for (size_t i = 0; i < record_count; i += 2 * run) {
            merge(from, to, i, at_most(i + run), at_most(i + 2 * run));
        }
        from = to;
        to = swapped;
    }
    if (from != records) {
        memcpy(records, from, record_count * sizeof(records[0]));
    }
}

/* -- heap sort -- */

static void sift(size_t i, size_t count)
{
    for (size_t child; (child = 2 * i + 1) < count; i = child) {
        if (child + 1 < count && records[child].key < records[child + 1].key) {
            child++;
        }
        if (records[i].key >= records[child].key) {
            return;
        }
        swap(i, child);
    }
}

static void heap_sort(void)
{
    for (size_t i = record_count / 2; i > 0; i--) {
        sift(i - 1, record_count);
    }
    for (size_t count = record_count; count > 1; count--) {
        swap(0, count - 1);
        sift(0, count - 1);
    }
}

/* -- quicksort -- */

static void insert(size_t begin, size_t end)
{
    for (size_t i = begin + 1; i < end; i++) {
        for (size_t k = i; k > begin && records[k - 1].key > records[k].key;
             k--) {
            swap(k - 1, k);
        }
    }
}

static void quick_sort_part(size_t begin, size_t end)
{
    while (end - begin > FEW) {
        uint64_t pivot = records[begin + (end - begin) / 2].key;
        size_t i = begin;
        size_t k = end - 1;

        for (;; i++, k--) {
            while (records[i].key < pivot) {
                i++;
            }
            while (records[k].key > pivot) {
                k--;
            }
            if (i >= k) {
                break;
            }
            swap(i, k);
        }
        /* the smaller part by recursion: the stack stays small */
        if (i - begin < end - i) {
            quick_sort_part(begin, i);
            begin = i;
        } else {
            quick_sort_part(i, end);
            end = i;
        }
    }
    insert(begin, end);
}

static void quick_sort(void)
{
    quick_sort_part(0, record_count);
}

static const struct {
    const char *name;
    void (*sort)(void);
    int stable;
} methods[] = {
    { "merge", merge_sort, 1 },
    { "heap", heap_sort, 0 },
    { "quick", quick_sort, 0 },
};

static uint64_t key_of(uint64_t seed, uint64_t number)
{
    return mix(seed ^ number) % (record_count / KEYS_SHARE + 1);
}

/* In order, each record there once, and a stable method's equals in order. */
static uint64_t verify(uint64_t seed, int stable)
{
    uint64_t numbers = 0;
    uint64_t sum = 0;

    for (size_t i = 0; i < record_count; i++) {
        const struct record *record = &records[i];

        check_equal("key", record->key, key_of(seed, record->number));
        CHECK(i == 0 || record[-1].key <= record->key);
        CHECK(i == 0 || !stable || record[-1].key < record->key ||
              record[-1].number < record->number);
        numbers += mix(record->number) - mix(i);
        sum = mix(sum ^ record->key);
    }
    check_equal("numbers", numbers, 0);
    return sum;
}

int main(int argc, char **argv)
{
    unsigned long turns = rounds(argc, argv, USUAL_TURNS);
    uint64_t sum = 0;

    record_count = working_set(argc, argv, USUAL_BYTES) / 2 /
                   sizeof(records[0]);
    CHECK(record_count > FEW);
    records = array(record_count, sizeof(records[0]));
    spare = array(record_count, sizeof(spare[0]));
    for (unsigned long turn = 0; turn < turns; turn++) {
        size_t method = turn % (sizeof(methods) / sizeof(methods[0]));

        for (size_t i = 0; i < record_count; i++) {
            records[i] = (struct record) { key_of(turn, i), i };
        }
        methods[method].sort();
        sum = mix(sum ^ verify(turn, methods[method].stable));
    }
    return pass("sort", sum);
}
