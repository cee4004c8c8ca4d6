/* report: the child's end of the control socket.
 *
 * One record at most crosses it: why the sandbox could not be built. Its end
 * without a record means that the payload runs. Before that the child may tell which namespaces
 * it is in, and waits for a byte as the answer; the payload may send a receipt, and tells with a
 * byte that it is about to execute, which may be answered, too. Right of the fork line.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "failure.h"
#include "plan.h"

#include <stdint.h>

/* The exit status that a failure leads to. */
int report_status(const struct persona *persona, const struct failure *failure);

/* Sends the record. What fails here can be told nobody. */
void report_failure(int control_fd, const struct failure *failure);

enum report_namespace {
  REPORT_CGROUP,
  REPORT_IPC,
  REPORT_MNT,
  REPORT_NET,
  REPORT_PID,
  REPORT_UTS,
  REPORT_NAMESPACES,
  REPORT_TIME = REPORT_NAMESPACES, /* these two are in receipts only */
  REPORT_USER,
  REPORT_ALL_NAMESPACES,
};

enum {
  REPORT_NAME_SIZE = sizeof "cgroup",
};

/* As proc calls them; of equal size, to be copied. */
extern const char report_names[REPORT_ALL_NAMESPACES][REPORT_NAME_SIZE];

/* Reads the inode number of a namespace that the calling process is in. PROC_FD is a proc that
 * lists it. -1 and errno when that fails. */
int report_read_namespace(int proc_fd, enum report_namespace which, uint64_t *inode);

/* The inode numbers of the namespaces that the child is in; 0 for one that the kernel
 * does not have. */

struct announcement {
  uint64_t inodes[REPORT_NAMESPACES];
};

/* Tells the monitor, and waits until it has passed it on. PROC_FD is a proc that lists
 * the process. Exits with STATUS if there is no monitor any more: what it does not
 * know of must not go on. */
int report_announce(int control_fd, int proc_fd, int status, struct failure *failure);

/* Tells that the payload's process is there and takes signals from now on. The end of
 * the socket comes too late for that: the reaper has it open for a moment longer. Where the reaper
 * has to be asked to end what descends from it, waits until the monitor knows that: one that did
 * not would kill the reaper, and leave what the payload has started by then. Exits if there is no
 * monitor any more. */
int report_start(const struct plan *plan, int control_fd, struct failure *failure);

/* True while the monitor holds its end of the socket. */
bool report_is_heard(int control_fd);
