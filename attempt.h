/* attempt: what the kernel allows, tried.
 *
 * Each function makes the calls that it diagnoses, in the process that runs it, and may
 * leave that changed for good: it is a step for probe. Left of the fork line. It must not
 * accept what it has not seen, and must not touch what others have.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "diagnosis.h"

#include <stdbool.h>

/* A user namespace that maps the caller to root, with power in it. */
void attempt_userns(struct diagnosis *diagnosis);

/* A time namespace whose clock is ahead. */
void attempt_timens(struct diagnosis *diagnosis);

/* A seccomp filter that refuses a call. */
void attempt_seccomp(struct diagnosis *diagnosis);

/* A seccomp filter whose call is answered by another process. */
void attempt_seccomp_notify(struct diagnosis *diagnosis);

/* A Landlock ruleset that refuses an access; the value is the version of its interface. */
void attempt_landlock(struct diagnosis *diagnosis);
