/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Formatted text without buffers of its own.
 */
#include "lib/format.h"

#include <stdbool.h>
#include <stdint.h>

struct output {
    void (*put)(char c, void *context);
    void *context;
};

struct spec {
    bool left;
    bool zero;
    bool is_long;
    unsigned width;
};

static void pad(struct output *out, char c, unsigned from, unsigned to)
{
    for (; from < to; from++) {
        out->put(c, out->context);
    }
}

static void put_field(struct output *out, const struct spec *spec,
                      const char *text, unsigned length)
{
    if (!spec->left) {
        pad(out, ' ', length, spec->width);
    }
    for (unsigned i = 0; i < length; i++) {
        out->put(text[i], out->context);
    }
    if (spec->left) {
        pad(out, ' ', length, spec->width);
    }
}

static void put_number(struct output *out, const struct spec *spec,
                       uint64_t value, unsigned base, bool negative)
{
    char digits[20];
    unsigned at = sizeof(digits);
    unsigned length;

    do {
        digits[--at] = "0123456789abcdef"[value % base];
        value /= base;
    } while (value != 0);
    length = sizeof(digits) - at;

    if (spec->zero && !spec->left) {
        if (negative) {
            out->put('-', out->context);
        }
        pad(out, '0', length + negative, spec->width);
        put_field(out, &(struct spec){0}, digits + at, length);
        return;
    }
    if (negative) {
        /* Room is there: no signed number needs all twenty digits. */
        digits[--at] = '-';
        length++;
    }
    put_field(out, spec, digits + at, length);
}

static unsigned string_length(const char *string)
{
    unsigned length = 0;

    while (string[length] != '\0') {
        length++;
    }
    return length;
}

static const char *parse_spec(const char *format, struct spec *spec)
{
    for (; *format == '-' || *format == '0'; format++) {
        spec->left |= *format == '-';
        spec->zero |= *format == '0';
    }
    for (; *format >= '0' && *format <= '9'; format++) {
        spec->width = spec->width * 10 + (unsigned)(*format - '0');
    }
    for (; *format == 'l' || *format == 'z'; format++) {
        spec->is_long = true;
    }
    return format;
}

static void put_conversion(struct output *out, const struct spec *spec,
                           char conversion, va_list *args)
{
    const char *string;
    int64_t number;
    char c;

    switch (conversion) {
    case 'd':
        number = spec->is_long ? va_arg(*args, long) : va_arg(*args, int);
        put_number(out, spec, number < 0 ? -(uint64_t)number : (uint64_t)number,
                   10, number < 0);
        break;
    case 'u':
    case 'x':
        put_number(out, spec,
                   spec->is_long ? va_arg(*args, unsigned long)
                                 : va_arg(*args, unsigned),
                   conversion == 'x' ? 16 : 10, false);
        break;
    case 'p':
        put_number(out, spec, (uintptr_t)va_arg(*args, void *), 16, false);
        break;
    case 's':
        string = va_arg(*args, const char *);
        string = string ? string : "(null)";
        put_field(out, spec, string, string_length(string));
        break;
    case 'c':
        c = (char)va_arg(*args, int);
        put_field(out, spec, &c, 1);
        break;
    default:
        c = conversion;
        put_field(out, &(struct spec){0}, &c, 1);
    }
}

void format_to(void (*put)(char c, void *context), void *context,
               const char *format, va_list args)
{
    struct output out = { put, context };
    va_list copy;

    va_copy(copy, args);
    while (*format != '\0') {
        struct spec spec = { 0 };

        if (*format != '%') {
            put(*format++, context);
            continue;
        }
        format = parse_spec(format + 1, &spec);
        if (*format == '\0') {
            break;
        }
        put_conversion(&out, &spec, *format++, &copy);
    }
    va_end(copy);
}

struct buffer {
    char *to;
    size_t size;
    size_t length;
};

static void put_buffer(char c, void *context)
{
    struct buffer *buffer = context;

    if (buffer->length + 1 < buffer->size) {
        buffer->to[buffer->length] = c;
    }
    buffer->length++;
}

size_t format_string(char *to, size_t size, const char *format, ...)
{
    struct buffer buffer = { to, size, 0 };
    va_list args;

    va_start(args, format);
    format_to(put_buffer, &buffer, format, args);
    va_end(args);
    if (size > 0) {
        to[buffer.length < size ? buffer.length : size - 1] = '\0';
    }
    return buffer.length;
}
