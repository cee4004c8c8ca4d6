/* receipt: what is enforced on the payload, as the kernel says it.
 *
 * The process that becomes the command reads back what it may do, at the last moment at which it
 * can be asked, and tells the monitor. What has no place to be read, the plan has. Right of the
 * fork line. It should ask the kernel and compare nothing; that is done by privileges_check().
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "failure.h"
#include "plan.h"
#include "privileges.h"
#include "report.h"

/* Crosses the control socket as it is. */
struct receipt {
  uint64_t inodes[REPORT_ALL_NAMESPACES]; /* 0 for one that is not known */
  struct privileges privileges;
  uint32_t uid; /* as the process itself sees them */
  uint32_t gid;
  int pid;
  uint32_t umask;
  int groups;       /* supplementary groups that it still has */
  int seccomp_mode; /* before the plan's filters are loaded: as it was inherited */
  bool leads_session;
  bool is_traceable;
  unsigned standard; /* bit N: the standard descriptor N stays open */
};

/* Notes the namespaces that the calling process is in. PROC_FD is a proc that lists it. */
void receipt_note_namespaces(struct receipt *receipt, int proc_fd);

/* Reads all the rest back and sends it with what was NOTED. MASK is the umask as it was set: the
 * kernel tells it to who sets one. */
int receipt_send(const struct receipt *noted, mode_t mask, int control_fd, struct failure *failure);
