/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A key-value store in memory, and its clients: the server keeps malloc'd
 * entries in a hash table that grows, and answers whoever asks. Each client has
 * keys of its own, most requests are for few of them, and knows what each answer
 * must be.
 *
 * store server CLIENTS: until so many have come and gone.
 * store client [TURNS [SIZE [NUMBER]]]: a turn is a request; SIZE is that of its
 * values; NUMBER tells clients apart.
 */
#include <poll.h>

#include "talk.h"

#define NAME            "store"
#define USUAL_TURNS     1000
#define USUAL_BYTES     (100ul << 10)
#define CLIENTS_MOST    32
#define VALUE_WORDS     32
#define VALUE_BYTES     (VALUE_WORDS * sizeof(uint64_t))

enum verb { GET, PUT, DELETE };

struct message {
    uint64_t verb;              /* of an answer: is the key there */
    uint64_t key;
    uint64_t value[VALUE_WORDS];
};

/* -- the server's table -- */

struct entry {
    struct entry *next;
    uint64_t key;
    uint64_t value[VALUE_WORDS];
};

static struct entry **buckets;
static size_t bucket_count;
static size_t entry_count;

/* Where the pointer to the entry is, or would be. */
static struct entry **find(uint64_t key)
{
    struct entry **at = &buckets[mix(key) % bucket_count];

    while (*at != NULL && (*at)->key != key) {
        at = &(*at)->next;
    }
    return at;
}

static void grow(void)
{
    struct entry **old = buckets;
    size_t old_count = bucket_count;

    bucket_count = old_count == 0 ? 64 : 2 * old_count;
    buckets = calloc(bucket_count, sizeof(buckets[0]));
    CHECK(buckets != NULL);
    for (size_t i = 0; i < old_count; i++) {
        for (struct entry *entry = old[i], *next; entry != NULL;
             entry = next) {
            struct entry **at = find(entry->key);

            next = entry->next;
            entry->next = NULL;
            *at = entry;
        }
    }
    free(old);
}

static void put(const struct message *request)
{
    struct entry **at;

    if (entry_count >= bucket_count) {
        grow();
    }
    at = find(request->key);
    if (*at == NULL) {
        *at = array(1, sizeof(**at));
        (*at)->next = NULL;
        (*at)->key = request->key;
        entry_count++;
    }
    memcpy((*at)->value, request->value, VALUE_BYTES);
}

static void delete(uint64_t key)
{
    struct entry **at = find(key);
    struct entry *entry = *at;

    if (entry != NULL) {
        *at = entry->next;
        free(entry);
        entry_count--;
    }
}

/* Makes the answer of the request, in place. */
static void answer(struct message *message)
{
    const struct entry *entry;

    if (message->verb == PUT) {
        put(message);
    }
    entry = *find(message->key);
    if (entry != NULL && message->verb == GET) {
        memcpy(message->value, entry->value, VALUE_BYTES);
    }
    if (message->verb == DELETE) {
        delete(message->key);
    }
    message->verb = entry != NULL;
}

/* What is left in the end, in whatever order it lies. */
static uint64_t sum_entries(void)
{
    uint64_t sum = 0;

    for (size_t i = 0; i < bucket_count; i++) {
        for (const struct entry *entry = buckets[i]; entry != NULL;
             entry = entry->next) {
            sum += mix(entry->key ^ entry->value[0]);
        }
    }
    return sum;
}

static int serve(size_t clients)
{
    struct pollfd slots[1 + CLIENTS_MOST];
    struct message message;
    size_t open = 0;
    size_t gone = 0;

    CHECK(clients <= CLIENTS_MOST);
    grow();
    slots[0] = (struct pollfd) {
        .fd = talk_open(SOCK_SEQPACKET, NAME), .events = POLLIN
    };
    while (gone < clients) {
        CHECK(poll(slots, 1 + open, -1) > 0);
        for (size_t i = open; i > 0; i--) {
            if (slots[i].revents == 0) {
                continue;
            }
            if (talk_receive(slots[i].fd, &message, sizeof(message)) == 0) {
                CHECK(close(slots[i].fd) == 0);
                slots[i] = slots[open--];
                gone++;
                continue;
            }
            answer(&message);
            talk_send(slots[i].fd, &message, sizeof(message));
        }
        if (slots[0].revents != 0) {
            slots[++open] = (struct pollfd) {
                .fd = talk_accept(slots[0].fd), .events = POLLIN
            };
        }
    }
    return pass("store", sum_entries());
}

/* -- a client -- */

static uint64_t number;
static size_t key_count;
static uint32_t *versions;      /* of each key; 0: it is not there */
static int server;
static uint64_t answers;

static uint64_t word_of(uint64_t key, uint32_t version, size_t word)
{
    return mix(key ^ (uint64_t)version << 40) + word;
}

static void ask(enum verb verb, size_t i, uint32_t version)
{
    struct message message = { .verb = verb, .key = number << 32 | i };
    uint64_t key = message.key;

    for (size_t word = 0; verb == PUT && word < VALUE_WORDS; word++) {
        message.value[word] = word_of(key, version, word);
    }
    talk_send(server, &message, sizeof(message));
    check_equal("answer's length", talk_receive(server, &message,
                sizeof(message)), sizeof(message));
    check_equal("key", message.key, key);
    check_equal("there", message.verb, verb == PUT || versions[i] != 0);
    for (size_t word = 0; verb == GET && versions[i] != 0 &&
         word < VALUE_WORDS; word++) {
        check_equal("value", message.value[word],
                    word_of(key, versions[i], word));
    }
    if (verb != GET) {
        versions[i] = verb == PUT ? version : 0;
    }
    answers = mix(answers ^ message.verb ^ message.key);
}

/* Half of the requests are for an eighth of the keys, most of them to read. */
static void ask_something(uint64_t *random, uint32_t turn)
{
    size_t i = draw(random) % key_count;
    uint64_t choice = draw(random) % 16;

    if (draw(random) % 2 == 0) {
        i /= 8;
    }
    ask(choice == 0 ? DELETE : choice < 4 ? PUT : GET, i, turn + 2);
}

static int be_client(unsigned long turns, size_t bytes)
{
    uint64_t random = number;

    key_count = bytes / sizeof(struct entry) + 1;
    versions = calloc(key_count, sizeof(versions[0]));
    CHECK(versions != NULL);
    server = talk_connect(SOCK_SEQPACKET, NAME);
    for (size_t i = 0; i < key_count; i++) {
        ask(PUT, i, 1);
    }
    for (uint32_t turn = 0; turn < turns; turn++) {
        ask_something(&random, turn);
    }
    for (size_t i = 0; i < key_count; i++) {
        ask(GET, i, 0);
    }
    CHECK(close(server) == 0);
    return pass("store", answers);
}

int main(int argc, char **argv)
{
    CHECK(argc > 1);
    if (strcmp(argv[1], "server") == 0) {
        return serve(rounds(argc - 1, argv + 1, 1));
    }
    number = argc > 4 ? strtoul(argv[4], NULL, 0) : 0;
    return be_client(rounds(argc - 1, argv + 1, USUAL_TURNS),
                     working_set(argc - 1, argv + 1, USUAL_BYTES));
}
