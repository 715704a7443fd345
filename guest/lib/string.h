/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Memory and strings, as in C. The compiler calls the first four itself.
 */
#ifndef LIB_STRING_H
#define LIB_STRING_H

#include <stddef.h>

void *memcpy(void *restrict to, const void *restrict from, size_t bytes);
void *memmove(void *to, const void *from, size_t bytes);
void *memset(void *to, int value, size_t bytes);
int memcmp(const void *a, const void *b, size_t bytes);

size_t strlen(const char *string);
size_t strnlen(const char *string, size_t most);
int strcmp(const char *a, const char *b);
int strncmp(const char *a, const char *b, size_t most);
char *strchr(const char *string, int c);
char *strrchr(const char *string, int c);

/* Without a C library these are functions like any other to the compiler. A copy
 * of a few bytes whose number it knows is cheaper in place than as a call. */
#if !__STDC_HOSTED__
#define memcpy  __builtin_memcpy
#define memset  __builtin_memset
#endif

#endif
