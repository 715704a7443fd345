/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Departures, what departure*.c and push.c share.
 */
#ifndef MIGRATE_DEPARTURE_INTERNAL_H
#define MIGRATE_DEPARTURE_INTERNAL_H

#include "migrate/departure.h"
#include "mm/changes.h"
#include "mm/page.h"

/* The runs of a list of changes: whole pages, as they are payloads. */
struct change_runs {
    struct mb_page_run written[CHANGES_RUNS] __attribute__((aligned(PAGE_SIZE)));
    struct mb_page_run removed[CHANGES_RUNS] __attribute__((aligned(PAGE_SIZE)));
};
_Static_assert(OBJECTS < CHANGES_RUNS, "a run for each, mm/changes.h");
_Static_assert(CHANGES_WHOLE <= MAP_RUN_PAGES, "a run in a message");

struct departure_buffer {
    uint8_t *image;
    struct mb_page_run *runs;
    uint32_t fresh_pages;       /* of the image; 0: it was made beforehand */
    struct change_runs *change_runs;    /* two */
    struct changes noted;       /* since the round began */
    struct changes sending;     /* what the round is about */
    struct departure_buffer *next;
};

/* departure_buffer.c; taken while there is one, given back if there is one. */
extern struct departure_buffer *departure_free_buffers;
void departure_buffers_init(void);
void departure_take_buffer(struct departure *departure);
void departure_put_buffer(struct departure *departure);
/* The image of the process in the buffer: its length or -errno. */
int64_t departure_encode(struct departure *departure);

/* Posts a page for the departure's process with its contents from offset on.
 * Of `how` lane, flags, tag and `left` count. False: no room on the bulk lane. */
struct posting {
    enum lane lane;
    uint16_t flags;
    uint64_t tag;
    void (*left)(void *departure);  /* NULL: see struct parcel */
};
bool departure_post_page(struct departure *departure,
                         const struct page_ref *ref, uint32_t offset,
                         const struct posting *how);
/* struct parcel's `done`, by mb_msg.flags. */
void (*departure_done(uint16_t flags))(void *departure, bool sent);
bool departure_is_critical(const struct departure *departure,
                           const struct page_ref *ref);
/* Whether no other node has the page: modified, and not sent yet. */
bool departure_is_owed(const struct departure *departure,
                       const struct page_ref *ref);
/* The process stays, or ends here: what was posted leaves. */
void departure_take_back(struct departure *departure);
/* Nothing is expected of the target any more. */
void departure_settle(struct departure *departure);
/* Something is. */
void departure_expect(struct departure *departure);
/* Something has left or come to an end: goes on or finishes. */
void departure_progress(struct departure *departure);

/*
 * Freezes the process and sends it. `running` is the thread that is just on
 * its way back to user mode, NULL if the process does not run now. Everything
 * up to the doorbell is on the critical path.
 */
void departure_begin(struct departure *departure, struct thread *running);
/* The rest of it, when nothing has to be waited for (migrate/detach.h). */
void departure_capture(struct departure *departure);
/* Posts the state; then critical pages and whatever else the algorithm wants to
 * be there before the resume. The last message has the flag departure->last. */
void departure_post_state(struct departure *departure);
void departure_post_critical(struct departure *departure,
                             const struct thread *thread);
/* And what comes behind these, now or, as it could overtake them, when they have
 * all left. */
void departure_follow(struct departure *departure);
/* State, critical pages, and the request before them if there has to be one. */
void departure_post_all(struct departure *departure);
/* Its rounds: the process runs on. */
void rounds_begin(struct departure *departure);
/* All that was posted of a round has left. */
void rounds_sent(struct departure *departure);
/* They are over, or come to nothing: writes are not noted any more. */
void rounds_end(struct departure *departure);
/* The target is to forget what it has collected. */
void rounds_cancel(struct departure *departure);

/* Sends the map; the push of what is in it begins behind its last message,
 * unless the pages are kept until they are asked for. */
void departure_send_map(struct departure *departure);

/* Whether it is a file, and files' pages go before the resume. */
bool departure_is_ahead(const struct departure *departure, uint32_t object);
/* Cuts the run before a page that has been sent already, or that page off its
 * beginning. */
void departure_cut_run(const struct departure *departure,
                       struct mb_page_run *run);
/* If the bridge is to serve pages, it does from now on: those of a message of
 * the map, in rising order; all that are kept. */
void departure_export_runs(struct departure *departure,
                           const struct mb_page_run *runs, uint32_t count);
void departure_export_kept(struct departure *departure);
/* A page that the bridge has sent meanwhile counts as one that the kernel has. */
void departure_follow_export(struct departure *departure);

/* -- pages to the file server (deposit.c) -- */
/* All of them, before anything else; the rest follows its answer. */
void deposit_begin(struct departure *departure);
/* All that was posted has left. True: the departure has to wait for the file
 * server's answer. */
bool deposit_progress(struct departure *departure);
/* A request for a page that has been posted to the file server, which answers
 * it. False: it has not. */
bool deposit_forward(struct departure *departure,
                     const struct mb_msg *request);
/* The pages are not needed there. */
void deposit_cancel(struct departure *departure);
/* Nothing is expected of the file server any more. */
void deposit_settle(struct departure *departure);
/* The file server is lost: posts nothing more to it; then does without it, if
 * its answer was needed. */
void deposit_stop(struct departure *departure);
void deposit_lost(struct departure *departure);

void push_start(struct departure *departure, bool critical);
/* The same for the pages of the list that no other node has. */
void push_start_list(struct departure *departure, bool critical,
                     const struct change_list *list);
/* How many pages that would be. */
uint64_t push_count_list(struct departure *departure,
                         const struct change_list *list);
void push_pump(struct departure *departure);

/* The bulk lane has room. */
void departure_pump_all(void);
/* The first departure to the node in one of the states (a set of 1 << state),
 * from slot *next on, which moves past it; NULL: there is none. */
#define DEPARTURE_ANY_TARGET    UINT32_MAX
struct departure *departure_next(uint32_t *next, uint32_t node,
                                 uint32_t states);
/* Those that wanted to move and could not may be able to now. */
void departure_consider_all(void);
/* Gives slot and buffer back. */
void departure_free(struct departure *departure);

#endif
