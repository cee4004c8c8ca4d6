/* profile: options in a file.
 *
 * A profile holds options, one a line and quoted as for a shell, with comments and with
 * variables. It is named by a path, or by a name that is looked up in the profile
 * directories. What a line says decides what a sandbox keeps out, so a file that somebody
 * else could have written is not read. This room should find the file, check it and turn
 * each line into words; it must not know what the words mean, and not the plan. Everything
 * that it hands out lives as long as the process.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>
#include <sys/types.h>

enum {
  PROFILE_BYTES_MAX = 1 << 20,
  PROFILES_MAX = 64, /* read by one command line */
};

/* What can be wrong with a profile. */
enum profile_trouble {
  PROFILE_FINE,
  PROFILE_MISSING,  /* there is none, or it cannot be read */
  PROFILE_LOOP,     /* it includes itself */
  PROFILE_UNSAFE,   /* somebody else may have written it */
  PROFILE_SYNTAX,   /* a line cannot be read */
  PROFILE_VARIABLE, /* a variable of a line has no value */
};

struct profile_problem {
  enum profile_trouble trouble;
  char *text; /* a clause that says it; to be freed with g_free() */
};

struct profile {
  const char *path;               /* as messages name it */
  const char *real;               /* without symbolic links */
  const struct profile *includer; /* NULL: the command line */
  dev_t device;
  ino_t inode;
  char **lines; /* NULL-terminated */
  int line;     /* how many of them were read */
};

/* The words of one line. */
struct profile_line {
  char **words; /* NULL-terminated; where the line cannot be read, what of it can */
  int count;
  const char *origin; /* the file and the line's number, as "ci:12" */
};

/* Finds, checks and reads the profile OPERAND, which is a path if it has a slash, relative to
 * the directory that the INCLUDER, if there is one, is really in. NULL and *PROBLEM if it is not to
 * be read. */
struct profile *profile_open(const char *operand, const struct profile *includer,
                             struct profile_problem *problem);

/* Reads the next line that holds words. Returns 1, or 0 at the end, or -1 and *PROBLEM. */
int profile_read_line(struct profile *profile, struct profile_line *line,
                      struct profile_problem *problem);
