/* diagnosis: what came of one check.
 *
 * Data: the state, what was tried, what was found, what went wrong and what can be done
 * about it. It is filled in the process that tries and read in the one that reports, to
 * which it is copied byte by byte. This room should hold words; it must not try anything.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "failure.h"

#include <stdint.h>

enum state {
  STATE_FAILED, /* it was tried, and went wrong */
  STATE_OK,
  STATE_MISSING,   /* this system does not have it, or does not give it to this user */
  STATE_TIMED_OUT, /* it was tried, and did not come to an end */
  STATE_COUNT,
};

struct diagnosis {
  enum state state;
  enum code code;         /* CODE_UNKNOWN: none, or to be found out from the failure */
  char code_name[48];     /* the same as another hutch told it; empty: see code */
  struct failure failure; /* the call that failed, where the cause is to be found out */
  uint64_t namespaces;    /* ... of those that it was to make: CLONE_NEW* flags */
  char value[256];        /* what was found, or empty */
  char reason[1024];      /* what went wrong, or empty */
  char remedy[1024];      /* what can be done about it, or empty */
  char tried[256];        /* what was done, where that is not what the check always does */
};

/* It works. VALUE, unless NULL, is what was found. */
void diagnosis_accept(struct diagnosis *diagnosis, const char *value);

/* The system lacks it. */
void diagnosis_miss(struct diagnosis *diagnosis, const char *reason, const char *remedy);

/* It went wrong, for a REASON that is no system call's. */
void diagnosis_fail(struct diagnosis *diagnosis, const char *reason, const char *remedy);

/* CALL, with the present errno, failed on SUBJECT (NULL for none). */
void diagnosis_fail_call(struct diagnosis *diagnosis, const char *call, const char *subject,
                         const char *remedy);

/* The same of a call that makes or fills NAMESPACES; its cause is to be found out. */
void diagnosis_fail_namespace(struct diagnosis *diagnosis, const char *call, const char *subject,
                              uint64_t namespaces);
