/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Two that talk all the time: one says a few things in a burst of datagrams, the
 * other answers each. Every message has its number, and each end remembers what
 * both have said; nothing may be missing, come twice, or come late.
 *
 * chatter asks [TURNS [SIZE]], chatter answers [TURNS [SIZE]]: a turn is a burst
 * and its answers; SIZE is that of the memory.
 */
#include "talk.h"

#define USUAL_TURNS     100
#define USUAL_BYTES     (32ul << 10)
#define BURST_MOST      5

struct message {
    uint64_t number;
    uint64_t word;
};

static uint64_t *memory;        /* of what was said, over and over */
static size_t word_count;
static uint64_t state;

/* What comes next depends on all that has been said so far. */
static void remember(const struct message *message)
{
    uint64_t *word = &memory[mix(message->number) % word_count];

    *word = mix(*word ^ message->word);
    state = mix(state ^ *word);
}

static uint64_t count_burst(uint64_t turn)
{
    return 1 + mix(turn) % BURST_MOST;
}

static struct message hear(int fd, uint64_t number)
{
    struct message message;

    check_equal("length", talk_receive(fd, &message, sizeof(message)),
                sizeof(message));
    check_equal("number", message.number, number);
    return message;
}

static void ask(int fd, uint64_t turns)
{
    uint64_t number = 0;

    for (uint64_t turn = 0; turn < turns; turn++) {
        uint64_t count = count_burst(turn);
        struct message said[BURST_MOST];

        for (uint64_t i = 0; i < count; i++) {
            said[i] = (struct message) { number + i, mix(state ^ i) };
            talk_send(fd, &said[i], sizeof(said[i]));
        }
        for (uint64_t i = 0; i < count; i++, number++) {
            struct message heard = hear(fd, number);

            remember(&said[i]);
            check_equal("answer", heard.word, state);
        }
    }
}

static void answer(int fd, uint64_t turns)
{
    uint64_t number = 0;

    for (uint64_t turn = 0; turn < turns; turn++) {
        for (uint64_t i = count_burst(turn); i > 0; i--, number++) {
            struct message heard = hear(fd, number);

            remember(&heard);
            talk_send(fd, &(struct message) { number, state },
                      sizeof(struct message));
        }
    }
}

int main(int argc, char **argv)
{
    int asks = argc > 1 && strcmp(argv[1], "asks") == 0;
    uint64_t turns = rounds(argc - 1, argv + 1, USUAL_TURNS);
    int fd = talk_open(SOCK_DGRAM, asks ? "chatter.asks" : "chatter.answers");

    CHECK(asks || (argc > 1 && strcmp(argv[1], "answers") == 0));
    word_count = working_set(argc - 1, argv + 1, USUAL_BYTES) /
                 sizeof(memory[0]);
    memory = array(word_count, sizeof(memory[0]));
    memset(memory, 0, word_count * sizeof(memory[0]));
    talk_connect_to(fd, asks ? "chatter.answers" : "chatter.asks");
    if (asks) {
        ask(fd, turns);
    } else {
        answer(fd, turns);
    }
    return pass("chatter", state);
}
