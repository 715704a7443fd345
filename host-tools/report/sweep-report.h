/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The report of a sweep, as its parts see it.
 */
#ifndef REPORT_SWEEP_REPORT_H
#define REPORT_SWEEP_REPORT_H

#include "report.h"
#include "table.h"

struct ReportSweep {
    const Sweep *sweep;
    GString *csv;
    Table *table;
    unsigned rows;              /* of the table */
    unsigned failed;            /* points */
    unsigned migrations;
    unsigned done;              /* migrations */
};

void report_sweep_csv_heading(const Sweep *sweep, GString *text);
void report_sweep_csv_point(const Sweep *sweep, const SweepPoint *point,
                            const Result *result, const Result *undisturbed,
                            GString *text);

#endif
