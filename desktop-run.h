/* desktop-run: what a wrapped entry starts.
 *
 * A launcher puts the files to open among the words of the command, and the command's words come to
 * hutch as they are. What is left to do in between: telling hutch to show those files, and telling
 * profiles which application it is. This room should do that and become hutch; it must not stay.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#define RUN_OPTION "--run="

enum { RUN_STATUS_FAILED = 125 }; /* as hutch's own */

/* The path of hutch, which is beside this program; the caller frees. NULL and errno. */
char *run_find_hutch(void);

/* ENVIRONMENT, which it takes over, with what tells profiles which application this is. */
char **run_name_application(char **environment, const char *id);

/* Executes hutch with the words behind --run=ID, which begin with a profile. Returns the exit
 * status when that cannot be. */
int run_application(const char *id, char **words);
