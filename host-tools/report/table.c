/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A table of plain text.
 */
#include "table.h"

#include <stdbool.h>

#define GAP 2                   /* spaces between columns */

struct Table {
    unsigned columns;
    GPtrArray *cells;           /* row by row */
};

Table *table_new(unsigned columns)
{
    Table *table = g_new0(Table, 1);

    g_assert(columns > 0);
    table->columns = columns;
    table->cells = g_ptr_array_new_with_free_func(g_free);
    return table;
}

void table_free(Table *table)
{
    if (table != NULL) {
        g_ptr_array_unref(table->cells);
        g_free(table);
    }
}

static void fill_row(Table *table)
{
    while (table->cells->len % table->columns != 0) {
        g_ptr_array_add(table->cells, g_strdup(""));
    }
}

void table_row(Table *table, const char *label)
{
    fill_row(table);
    g_ptr_array_add(table->cells, g_strdup(label));
}

void table_cell(Table *table, const char *format, ...)
{
    va_list args;

    g_assert(table->cells->len % table->columns != 0);
    va_start(args, format);
    g_ptr_array_add(table->cells, g_strdup_vprintf(format, args));
    va_end(args);
}

static const char *cell(const Table *table, unsigned row, unsigned column)
{
    unsigned index = row * table->columns + column;

    return index < table->cells->len ? table->cells->pdata[index] : "";
}

static int column_width(const Table *table, unsigned rows, unsigned column)
{
    glong width = 0;

    for (unsigned row = 0; row < rows; row++) {
        width = MAX(width, g_utf8_strlen(cell(table, row, column), -1));
    }
    return (int)width;
}

static void append_padded(GString *text, const char *content, int width,
                          bool right)
{
    int padding = width - (int)g_utf8_strlen(content, -1);

    g_string_append_printf(text, "%*s%s%*s", right ? padding : 0, "", content,
                           right ? 0 : padding, "");
}

void table_format(const Table *table, unsigned indent, GString *text)
{
    unsigned rows = (table->cells->len + table->columns - 1) / table->columns;
    g_autofree int *widths = g_new(int, table->columns);

    for (unsigned column = 0; column < table->columns; column++) {
        widths[column] = column_width(table, rows, column);
    }
    for (unsigned row = 0; row < rows; row++) {
        g_autoptr(GString) line = g_string_new(NULL);
        g_string_append_printf(line, "%*s", (int)indent, "");
        for (unsigned column = 0; column < table->columns; column++) {
            if (column > 0) {
                g_string_append_printf(line, "%*s", GAP, "");
            }
            append_padded(line, cell(table, row, column), widths[column],
                          column > 0);
        }
        g_strchomp(line->str);
        g_string_append_printf(text, "%s\n", line->str);
    }
}
