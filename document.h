/* document: who is inside which namespaces, as callers read it.
 *
 * Two formats, byte for byte those of bubblewrap: an object over several lines,
 * and one object a line. They hold numbers only. Left of the fork line; it should
 * write what the child told; whether a descriptor takes it is to be asked before.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "failure.h"
#include "plan.h"
#include "report.h"

#include <sys/types.h>

enum document {
  DOCUMENT_INFO,   /* one object, over several lines */
  DOCUMENT_STATUS, /* one object a line */
  DOCUMENTS,
};

/* The descriptor that the plan has for DOCUMENT, or -1. */
int document_fd(const struct plan *plan, enum document document);

/* Writes which namespaces the process PID, as the caller numbers it, is in. */
int document_announce(const struct plan *plan, enum document document, pid_t pid,
                      const struct announcement *announcement, struct failure *failure);

/* Writes the exit STATUS to the plan's json_status_fd. A reader who is gone does not
 * change how the command ended, so nothing is said of that. */
void document_end(const struct plan *plan, int status);
