/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A table of plain text: the first column to the left, all others to the
 * right, each as wide as its widest cell.
 */
#ifndef REPORT_TABLE_H
#define REPORT_TABLE_H

#include <glib.h>

typedef struct Table Table;

Table *table_new(unsigned columns);
void table_free(Table *table);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Table, table_free)

/* Starts a row; cells that are not given stay empty. */
void table_row(Table *table, const char *label);
/* The next cell of the row. */
void table_cell(Table *table, const char *format, ...) G_GNUC_PRINTF(2, 3);

/* With `indent` spaces before each line. */
void table_format(const Table *table, unsigned indent, GString *text);

#endif
