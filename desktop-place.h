/* desktop-place: where desktop entries are.
 *
 * An entry has an id, which is its path below a directory "applications", with "-" for "/". The
 * user's directory comes before those of the system, so an entry there stands in the place of the
 * system's of the same id. This room should find entries, and write and remove those of the user's
 * directory, each as a whole or not at all; it must not know what they hold, and writes nowhere
 * else. Paths that it hands out are the caller's to free.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>
#include <stdbool.h>

#define PLACE_SUFFIX ".desktop"

/* The user's directory of entries. NULL and *PROBLEM, to be freed with g_free(), without a home. */
char *place_directory(char **problem);

/* The id of the entry at PATH, which is absolute. */
char *place_id(const char *path);

/* Whether ID can be that of an entry, and the name of a directory. */
bool place_is_id(const char *id);

/* The entry ID below DIRECTORY, or NULL; one at the path EXCEPT does not count. */
char *place_search(const char *directory, const char *id, const char *except);

/* The entry ID of the system, which none in the user's directory is, or NULL. */
char *place_search_system(const char *id);

/* Writes TEXT to PATH. What is there already is kept at SAVED, if that is not NULL, or replaced,
 * if it is known to be there. -1 and *PROBLEM; then nothing was changed. */
int place_write(const char *path, const char *text, bool is_there, const char *saved,
                char **problem);

/* Removes PATH, or puts what is at SAVED there, if that is not NULL. -1 and *PROBLEM. */
int place_remove(const char *path, const char *saved, char **problem);

/* Has the caches of the user's directory made anew, by a program that may be missing. */
void place_refresh(const char *directory);
