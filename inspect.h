/* inspect: what is at a path inside.
 *
 * Looks from within the finished sandbox, with the payload's identity and in its place,
 * so that an answer cannot differ from what the payload would find. It should open and
 * ask; it must not change anything. Right of the fork line.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "failure.h"
#include "plan.h"

/* What an operation put into the root: the object at its destination. */
struct mark {
  uint64_t mount; /* 0: nothing, as for an optional source that does not exist */
  uint64_t inode;
  dev_t device;
  bool is_pending; /* the host would have to be changed, which was not to be done */
};

/* What is known of one path, or of one operation that is pending. */
struct answer {
  size_t question;     /* an index into the plan's questions */
  int operation;       /* that decides, an index into the plan's, or NO_OPERATION */
  bool is_pending;     /* what is there depends on one that is pending */
  int error;           /* errno of finding it, or 0 */
  mode_t mode;         /* type and permissions; 0 if there is nothing */
  bool is_link;        /* its last name is a symbolic link that leads nowhere */
  bool is_readonly;    /* the mount that it is in */
  bool has_devices;    /* device nodes work there */
  int read, write;     /* errno of each, or 0 */
  int execute;         /* ... or of searching a directory */
  char path[PATH_MAX]; /* where it really is inside, or the longest part that exists */
  size_t below;        /* where in that path the part below the operation's destination begins */
};

/* Answers the plan's questions and sends the answers to CONTROL_FD. MARKS has one for
 * each operation; PROC_FD is a proc that lists this process. */
int inspect_all(const struct plan *plan, const struct mark *marks, int proc_fd, int control_fd,
                struct failure *failure);

/* Drops the marks of what something else lies on top of by now. */
void inspect_forget_covered(const struct plan *plan, struct mark *marks);

/* Looks again where the operations' destinations are, once their mounts have been copied. */
void inspect_mark_again(const struct plan *plan, struct mark *marks);

/* Tells of each operation that is pending. */
int inspect_tell_pending(const struct plan *plan, const struct mark *marks, int control_fd,
                         struct failure *failure);

/* The (mount, inode) of what DIR_FD and PATH, or DIR_FD alone, refer to. -1 and errno. */
int inspect_identify(int dir_fd, const char *path, int flags, struct mark *mark);
