/* rules: readable lists of what a seccomp filter is to do with which system calls.
 *
 * A file holds one rule a line; the first line that names a call, and whose conditions hold,
 * decides about it:
 *
 *   default ACTION           what happens to calls that no line decides about
 *   unknown ACTION           ... and to numbers that have no name; without it, as default
 *   cover x32                the rules hold for x32, too; without it all of its calls are refused
 *   group NAME CALL...       from here on @NAME stands for these calls; adds to a group that exists
 *   include FILE             the lines of FILE stand here
 *   allow CALL... [IF]       deny ERRNO CALL... [IF]      log CALL... [IF]      kill CALL... [IF]
 *
 * ACTION is allow, log, kill or the name of an errno. The first default and the first unknown
 * count, so that lines before an include go before what it brings; cover counts where it is not
 * included. IF is "ARG [& MASK] OP VALUE", several with "and" between them: ARG is 0 to 5, OP one
 * of == != < <= > >=, MASK and VALUE are numbers or names such as TIOCSTI, several with "|" between
 * them. A call that an architecture lacks is skipped there; one that no architecture has is an
 * error. "#" begins a comment.
 *
 * This room should read such files and say what is wrong in which line; it must not know how a
 * filter is made of them.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

enum comparison {
  COMPARE_EQUAL,
  COMPARE_UNEQUAL,
  COMPARE_LESS,
  COMPARE_LESS_EQUAL,
  COMPARE_GREATER,
  COMPARE_GREATER_EQUAL,
};

/* Argument & mask, compared with value. */
struct condition {
  unsigned argument;
  enum comparison comparison;
  uint64_t mask;
  uint64_t value;
};

struct rule_line {
  uint32_t action;    /* SECCOMP_RET_* */
  GPtrArray *calls;   /* char * */
  GArray *conditions; /* struct condition: all have to hold */
};

struct rules {
  GPtrArray *lines; /* struct rule_line *, in their order */
  uint32_t otherwise;
  uint32_t unknown;
  bool covers_x32;
};

/* Reads the file PATH. A file that it includes is looked for beside it, then in the directory
 * LIBRARY, which may be NULL. NULL and an ERROR "FILE:LINE: what is wrong", to be freed. */
struct rules *rules_read(const char *path, const char *library, char **error);

/* The same of a text, which is called NAME in errors. */
struct rules *rules_read_text(const char *text, const char *name, const char *library,
                              char **error);

void rules_free(struct rules *rules);

/* What the return value of a filter, or a line's action, says: "allow", "errno EPERM" ...; the
 * caller frees. */
char *rules_action_name(uint32_t action);

/* The value of a number, or of the name of a constant, or of several with "|" between them. */
bool rules_value(const char *word, uint64_t *value);
