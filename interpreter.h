/* interpreter: what the kernel needs to execute a file.
 *
 * The program that a script's first line names, or the loader that an ELF program
 * names. Right of the fork line. It should read the beginning of the file, and must not
 * execute anything.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <limits.h>
#include <stdbool.h>

enum interpreter {
  INTERPRETER_NONE,   /* none is named, or the file cannot be read */
  INTERPRETER_SCRIPT, /* the first line names one */
  INTERPRETER_LOADER, /* the program's headers name one */
};

/* Finds out what PATH names, and writes it to NAME. */
enum interpreter interpreter_find(const char *path, char name[PATH_MAX]);

/* Whether PATH is an ELF program, for whatever machine. */
bool interpreter_is_program(const char *path);
