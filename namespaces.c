/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "namespaces.h"

#include "number.h"
#include "privileges.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

static int
refuse_proc(const char *call, const char *name, struct failure *failure)
{
  failure_record(failure, STAGE_NAMESPACES, call, "/proc/");
  failure_append(failure, name);
  return -1;
}

static int
write_proc(int proc_fd, const char *name, const char *text, size_t size, struct failure *failure)
{
  int fd = openat(proc_fd, name, O_WRONLY | O_CLOEXEC);

  if (fd < 0)
    return refuse_proc("open", name, failure);
  ssize_t written = write(fd, text, size);
  if (written < 0)
    refuse_proc("write", name, failure);
  close(fd);
  return written < 0 ? -1 : 0;
}

static int
write_map(int proc_fd, const char *name, const struct id_map *map, struct failure *failure)
{
  char line[2 * NUMBER_SIZE + 2];
  char *end = number_write(line, map->inside, 10);

  *end++ = ' ';
  end = number_write(end, map->outside, 10);
  memcpy(end, " 1", 2);
  return write_proc(proc_fd, name, line, (size_t)(end + 2 - line), failure);
}

int
namespaces_map_ids(int proc_fd, const struct id_map *uid, const struct id_map *gid,
                   struct failure *failure)
{
  if (write_map(proc_fd, "self/uid_map", uid, failure) < 0)
    return -1;
  /* The kernel takes gid_map from an ordinary user only once setgroups(2) is
   * denied: leaving a group could otherwise open what the group is denied. */
  if (write_proc(proc_fd, "self/setgroups", "deny", 4, failure) < 0)
    return -1;
  return write_map(proc_fd, "self/gid_map", gid, failure);
}

/* Takes on ID by CALL, if it is mapped. */
static int
change_id(enum change change, long call, const char *name, uint32_t id, struct failure *failure)
{
  char number[NUMBER_SIZE];

  if (change == CHANGE_NOT || syscall(call, id, id, id) == 0)
    return 0;
  if (change == CHANGE_TRY && errno == EINVAL)
    return 0;
  number_write(number, id, 10);
  return failure_set(failure, STAGE_NAMESPACES, name, number);
}

int
namespaces_change_ids(const struct plan *plan, struct failure *failure)
{
  if (prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0) < 0)
    return failure_set(failure, STAGE_NAMESPACES, "prctl PR_SET_KEEPCAPS", "the capabilities");
  if (change_id(plan->change_gid, SYS_setresgid, "setresgid", plan->gid.inside, failure) < 0 ||
      change_id(plan->change_uid, SYS_setresuid, "setresuid", plan->uid.inside, failure) < 0)
    return -1;
  if (prctl(PR_SET_KEEPCAPS, 0, 0, 0, 0) < 0)
    return failure_set(failure, STAGE_NAMESPACES, "prctl PR_SET_KEEPCAPS", "the capabilities");
  return privileges_regain(failure);
}

/* Whether a map has been written: reading it gives something. */
static bool
is_mapped(int proc_fd, const char *name)
{
  char byte;
  int fd = openat(proc_fd, name, O_RDONLY | O_CLOEXEC);

  if (fd < 0)
    return false;
  ssize_t got = read(fd, &byte, sizeof byte);
  close(fd);
  return got > 0;
}

int
namespaces_check_maps(int proc_fd, struct failure *failure)
{
  static const char *const names[] = {"self/uid_map", "self/gid_map"};

  for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
    if (!is_mapped(proc_fd, names[i]))
      return failure_say(failure, STAGE_NAMESPACES, CODE_ID_UNMAPPED, "--userns-block-fd",
                         "the caller has written no id maps");
  return 0;
}

static int
enter_new(const struct plan *plan, int proc_fd, struct failure *failure)
{
  struct id_map uid = plan->inner_uid, gid = plan->inner_gid;

  if (plan->inner_keeps_ids) {
    uid.inside = uid.outside = geteuid();
    gid.inside = gid.outside = getegid();
  }
  /* The limit counts what a namespace has below it, at any depth: the inner one
   * uses it up, and nobody in there has power over the outer one's limit. */
  if (plan->limit_userns &&
      write_proc(proc_fd, "sys/user/max_user_namespaces", "1", 1, failure) < 0)
    return -1;
  if (unshare((int)plan->inner_namespaces) < 0)
    return failure_set(failure, STAGE_NAMESPACES, "unshare", "the inner user namespace");
  return namespaces_map_ids(proc_fd, &uid, &gid, failure);
}

/* The maps are files of the process's own only while it can be traced. In a
 * namespace that was joined it cannot otherwise. */
static int
enter_new_traceable(const struct plan *plan, int proc_fd, struct failure *failure)
{
  if (privileges_set_traceable(true, failure) < 0 || enter_new(plan, proc_fd, failure) < 0)
    return -1;
  return privileges_set_traceable(false, failure);
}

static int
join_inner(int fd, struct failure *failure)
{
  static const char option[] = "--userns2 ";
  char subject[sizeof option + NUMBER_SIZE];

  if (setns(fd, CLONE_NEWUSER) == 0)
    return 0;
  failure_record(failure, STAGE_NAMESPACES, "setns", NULL);
  memcpy(subject, option, sizeof option);
  number_write(subject + sizeof option - 1, (uint64_t)fd, 10);
  failure_append(failure, subject);
  return -1;
}

int
namespaces_enter_inner(const struct plan *plan, int proc_fd, struct failure *failure)
{
  if (plan->userns2_fd >= 0 && join_inner(plan->userns2_fd, failure) < 0)
    return -1;
  if (plan->inner_namespaces == 0)
    return 0;
  return plan->userns_fd >= 0 ? enter_new_traceable(plan, proc_fd, failure)
                              : enter_new(plan, proc_fd, failure);
}

int
namespaces_check_limit(const struct plan *plan, struct failure *failure)
{
  if (plan->assert_limited && unshare(CLONE_NEWUSER) == 0)
    return failure_say(failure, STAGE_NAMESPACES, CODE_USERNS_NOT_DISABLED,
                       "--assert-userns-disabled", "a user namespace can be made inside");
  return 0;
}

int
namespaces_set_hostname(const struct plan *plan, struct failure *failure)
{
  if (plan->hostname && sethostname(plan->hostname, strlen(plan->hostname)) < 0)
    return failure_set(failure, STAGE_NAMESPACES, "sethostname", plan->hostname);
  return 0;
}
