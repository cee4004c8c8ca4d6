/* failure: the one way to fail.
 *
 * A failure is data: the stage it happened in, the operation it concerns, the
 * system call, errno and a short text. Whoever notices it fills the record and
 * returns -1; nobody prints. The record crosses the control socket as it is; its pointers,
 * to an option and its origin, are for the side that reads options. Usable on both sides of
 * the fork line: it should only copy bytes and must not allocate, print or exit.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "code.h"
#include "typed.h"

#include <limits.h>
#include <stdbool.h>

enum stage {
  STAGE_NONE,
  STAGE_OPTIONS,    /* reading the words of the command line */
  STAGE_PLAN,       /* the cross-option rules */
  STAGE_LAUNCH,     /* clone3 and what it needs */
  STAGE_NAMESPACES, /* id maps, host name */
  STAGE_BUS,        /* starting the proxy of message buses */
  STAGE_SOURCE,     /* cloning what an operation names on the host */
  STAGE_ROOT,       /* carrying out an operation inside the new root */
  STAGE_NETWORK,    /* bringing the loopback interface up */
  STAGE_PRIVILEGES, /* capabilities, no_new_privs, the last check */
  STAGE_LOCK,       /* locking a file inside */
  STAGE_SECCOMP,    /* loading a filter */
  STAGE_DIRECTORY,  /* entering the working directory */
  STAGE_EXEC,       /* executing the command */
  STAGE_INSPECT,    /* looking at paths inside */
};

enum {
  NO_OPERATION = -1,
};

struct failure {
  enum stage stage;
  enum code code; /* where whoever noticed knows it, else CODE_UNKNOWN */
  /* An index into the plan's operations, or NO_OPERATION; in STAGE_SECCOMP into its filters,
   * in STAGE_LOCK into its locks. */
  int operation;
  struct typed typed;      /* in STAGE_OPTIONS and STAGE_PLAN: the option */
  int error;               /* errno, or 0 where the text alone is the reason */
  char call[32];           /* the system call, or empty */
  int object;              /* where in the text a path begins that it ends with; 0: nowhere */
  char text[2 * PATH_MAX]; /* what the call was about, or a sentence */
};

/* True once a failure has been recorded. */
static inline bool
failure_is_set(const struct failure *failure)
{
  return failure->stage != STAGE_NONE;
}

/* True if it is about the words themselves, whose sentence is complete. */
static inline bool
failure_is_of_words(const struct failure *failure)
{
  return failure->call[0] == '\0' &&
         (failure->stage == STAGE_OPTIONS || failure->stage == STAGE_PLAN);
}

/* Records that CALL failed with the present errno on SUBJECT (NULL for none). */
void failure_record(struct failure *failure, enum stage stage, const char *call,
                    const char *subject);

/* Adds to the text of a failure that is recorded. */
void failure_append(struct failure *failure, const char *text);

/* Adds PATH to it, as what the failure comes from. */
void failure_append_object(struct failure *failure, const char *path);

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
failure_say(struct failure *failure, enum stage stage, enum code code, const char *subject,
            const char *text)
{
  failure_record_text(failure, stage, subject, text);
  failure->code = code;
  return -1;
}
