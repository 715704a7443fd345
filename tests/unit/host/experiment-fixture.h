/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * An experiment file, and what it refers to.
 */
#ifndef TESTS_UNIT_HOST_EXPERIMENT_FIXTURE_H
#define TESTS_UNIT_HOST_EXPERIMENT_FIXTURE_H

#include "lib/experiment.h"
#include "lib/keys.h"
#include "suite.h"

extern const char experiment_example[];
/* Of the test that runs: with words.txt, tool (executable), busybox and the
 * guest program `counter`. */
extern char *experiment_folder;

void experiment_set_up(void);
void experiment_tear_down(void);

/* Loads `text` as x.ini of the folder. */
Experiment *experiment_try(const char *text, const char *const *sets,
                           GError **error);
/* The same; there must be no error. */
Experiment *experiment_sound(const char *text, const char *const *sets);

/* `text` with the first `from` in it replaced by `to`. */
char *experiment_replaced(const char *text, const char *from, const char *to);
/* `text` so changed is refused with an error that says `part`. */
void experiment_refused(const char *text, const char *from, const char *to,
                        const char *part);
typedef struct {
    const char *from;
    const char *to;
    const char *part;
} ExperimentError;
void experiment_refused_each(const char *text, const ExperimentError *wrong,
                             size_t count);
/* What `text` is written out as, read again, is written out as the same. */
void experiment_round_trip(const char *text);

#endif
