/* probe: one step, bounded in time, that leaves no process behind.
 *
 * The step runs in a process of its own. Between it and the caller stands a keeper, to
 * which processes fall whose parent is gone: it waits for the step, ends it when its time
 * is over, and then ends whatever the step has started. It does so too when the caller
 * goes away. The caller's other children are none of the keeper's, and left alone.
 * Left of the fork line. It must not know what is tried.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stdbool.h>
#include <stddef.h>

enum {
  PROBE_SECONDS = 5,
};

enum probe_end {
  PROBE_ENDED,
  PROBE_TIMED_OUT,
  PROBE_STUCK,  /* the same, and something of it could not be ended */
  PROBE_BROKEN, /* it ended without a report, or could not be started */
};

struct probe {
  /* Runs in a process of its own that ends afterwards, as a child of the keeper, and
   * fills the report, which is in memory that its own children share. */
  void (*step)(const void *data, void *report);
  /* NULL, or runs in the keeper when all of the step is gone, however it ended. */
  void (*clean)(void);
  const void *data;
  size_t report_size;
};

/* Takes the step. What it filled in is in *REPORT if it ended. */
enum probe_end probe_run(const struct probe *probe, void *report);

/* What a program said and how it ended. */
struct probe_said {
  int status;         /* as of waitpid() */
  char output[4096];  /* the beginning of it, on either standard descriptor */
  char report[16384]; /* what it wrote to the descriptors 3 and 4 */
};

/* For a step: runs the program at PATH with WORDS, to its end. Of its descriptors, the
 * input is empty, the standard output and error are heard, and 3 and 4 are too if REPORTS.
 * -1 and errno if it cannot be started. */
int probe_program(const char *path, const char *const *words, bool reports,
                  struct probe_said *said);
