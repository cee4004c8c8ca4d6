/* grant: what this user has been given, tried.
 *
 * Control groups, ranges of ids, helper programs: each is looked for where it should be
 * and then used. Steps for probe, as those of attempt. Left of the fork line. All that is
 * made on the host is a control group, and that is removed.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "diagnosis.h"

/* A control group below the caller's own, with a process in it. The value is the version,
 * and the controllers that such groups can be given. */
void grant_cgroup(struct diagnosis *diagnosis);

/* Removes what a step of this process's that did not end may have left of it. */
void grant_clean_cgroup(void);

/* The user's further ids, in a child that newuidmap or newgidmap maps them in. The value
 * is the ranges, as START:COUNT. */
void grant_subuid(struct diagnosis *diagnosis);
void grant_subgid(struct diagnosis *diagnosis);

/* A program of the network, asked for its version, which is the value. */
void grant_pasta(struct diagnosis *diagnosis);
void grant_slirp4netns(struct diagnosis *diagnosis);

/* The proxy of message buses, the same. */
void grant_dbus_proxy(struct diagnosis *diagnosis);
