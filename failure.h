/* failure: the one way to fail.
 *
 * A failure is data: the stage it happened in, the operation it concerns, the
 * system call, errno and a short text. Whoever notices it fills the record and
 * returns -1; nobody prints. The record crosses the control socket as it is, so
 * it holds no pointers. Usable on both sides of the fork line: it should only
 * copy bytes and must not allocate, print or exit.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <limits.h>
#include <stdbool.h>

enum stage {
  STAGE_NONE,
  STAGE_OPTIONS,    /* reading the words of the command line */
  STAGE_PLAN,       /* the cross-option rules */
  STAGE_LAUNCH,     /* clone3 and what it needs */
  STAGE_NAMESPACES, /* id maps, host name */
  STAGE_SOURCE,     /* cloning what an operation names on the host */
  STAGE_ROOT,       /* carrying out an operation inside the new root */
  STAGE_NETWORK,    /* bringing the loopback interface up */
  STAGE_PRIVILEGES, /* capabilities, no_new_privs, the last check */
  STAGE_LOCK,       /* locking a file inside */
  STAGE_SECCOMP,    /* loading a filter */
  STAGE_DIRECTORY,  /* entering the working directory */
  STAGE_EXEC,       /* executing the command */
};

enum {
  NO_OPERATION = -1,
};

struct failure {
  enum stage stage;
  /* An index into the plan's operations, or NO_OPERATION; in STAGE_SECCOMP into its filters,
   * in STAGE_LOCK into its locks. */
  int operation;
  int error;                 /* errno, or 0 where the text alone is the reason */
  char call[32];             /* the system call, or empty */
  char text[PATH_MAX + 128]; /* what the call was about, or a sentence */
};

/* True once a failure has been recorded. */
static inline bool
failure_is_set(const struct failure *failure)
{
  return failure->stage != STAGE_NONE;
}

/* Records that CALL failed with the present errno on SUBJECT (NULL for none). */
void failure_record(struct failure *failure, enum stage stage, const char *call,
                    const char *subject);

/* Adds to the text of a failure that is recorded. */
void failure_append(struct failure *failure, const char *text);

/* Records a failure that is no system call's: TEXT is the whole reason.
 * SUBJECT, unless NULL, is put before it with a colon. */
void failure_record_text(struct failure *failure, enum stage stage, const char *subject,
                         const char *text);

/* The same as failure_record(), for a caller that returns the result: always -1. */
static inline int
failure_set(struct failure *failure, enum stage stage, const char *call, const char *subject)
{
  failure_record(failure, stage, call, subject);
  return -1;
}

static inline int
failure_say(struct failure *failure, enum stage stage, const char *subject, const char *text)
{
  failure_record_text(failure, stage, subject, text);
  return -1;
}
