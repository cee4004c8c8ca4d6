/* desktop-entry: an application's desktop entry, and what becomes of it.
 *
 * A wrapped entry is the application's own, word for word, but that its command lines start
 * hutch-wrap, which starts hutch, which starts the program, and that nothing else could start it:
 * D-Bus activation would not go through a command line. It says of itself that it is wrapped, and
 * what of. This room should read entries and turn them into wrapped ones; it must not decide where
 * they are, and writes none.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>
#include <stdbool.h>

/* What becomes of the files that a launcher hands over. */
enum files {
  FILES_READ,  /* they are shown inside, read-only */
  FILES_WRITE, /* ... writable */
  FILES_NONE,  /* nothing */
  FILES_COUNT,
};

extern const char *const files_names[FILES_COUNT];

/* How an application is wrapped. */
struct wrapping {
  const char *path;   /* of its own entry, as messages name it */
  const char *source; /* ... and where that is going to be */
  const char *id;     /* of the entry, without ".desktop" */
  const char *runner; /* the path of hutch-wrap */
  const char *profile;
  enum files files;
  char **options; /* of hutch, behind the profile; NULL-terminated */
};

/* The keys that only wrapped entries have. */
#define ENTRY_VERSION "X-Hutch-Wrapped"
#define ENTRY_SOURCE "X-Hutch-Source"
#define ENTRY_PROFILE "X-Hutch-Profile"
#define ENTRY_FILES "X-Hutch-Files"
#define ENTRY_OPTIONS "X-Hutch-Options"

/* Reads the entry at PATH, as it is. NULL and *PROBLEM, to be freed with g_free(). */
GKeyFile *entry_load(const char *path, char **problem);

/* Whether hutch-wrap wrote the entry. */
bool entry_is_wrapped(GKeyFile *entry);

/* Turns an application's own entry into a wrapped one. Returns -1 and *PROBLEM where that cannot
 * be. What it leaves out goes to NOTES, as sentences of g_malloc(). */
int entry_wrap(GKeyFile *entry, const struct wrapping *wrapping, GPtrArray *notes, char **problem);
