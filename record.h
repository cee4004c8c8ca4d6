/* record: the JSON documents of hutch's own.
 *
 * A failure, for --error-fd and --status-fd. Left of the fork line. It should write what others
 * have found out; it must not find out anything itself.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "cause.h"
#include "failure.h"
#include "plan.h"

#include <jansson.h>
#include <stdint.h>

/* A string that may hold bytes which are no UTF-8: those become U+FFFD. NULL is null.
 * The caller owns it. */
json_t *record_string(const char *text);

/* The same, but an empty string is null too. */
json_t *record_filled(const char *text);

/* The names of the capabilities in SET, where bit N is capability N; the caller owns it. */
json_t *record_capabilities(uint64_t set);

/* An option as it was typed, or null if there is none; the caller owns it. */
json_t *record_option(const struct typed *typed);

/* VALUE as text, on one line or over several, which it ends; the caller frees with
 * g_free(). Takes VALUE over. */
char *record_text(json_t *value, bool one_line);

/* Prints VALUE to FD, on one line or over several, and waits for room; whoever wants to end hutch
 * can do that then. -1 and errno when it cannot be written as a whole; a reader who is gone raises
 * no signal. Takes VALUE over. */
int record_write(int fd, json_t *value, bool one_line);

/* The last line of --status-fd where nothing was started: FAILURE is why, or SIGNAL, or both are
 * null. Takes the two over; the caller owns the line. */
json_t *record_failed(int status, json_t *signal, json_t *failure);

/* Writes the failure to the plan's error_fd and status_fd, if it has them: its CAUSE, the exit
 * STATUS, the option it concerns, and MESSAGE, the line that people see. */
void record_failure(const struct plan *plan, const struct failure *failure,
                    const struct cause *cause, const char *message, int status);
