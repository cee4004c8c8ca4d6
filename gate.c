/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "gate.h"

#include "privileges.h"

#include <poll.h>
#include <sched.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
  FIRST = STDERR_FILENO + 1,
  DESCRIPTORS_MAX = 1024,
};

static int
refuse(struct failure *failure, const char *text)
{
  return failure_say(failure, STAGE_PRIVILEGES, CODE_HARDENING_FAILED, NULL, text);
}

/* The id that the plan says the process has, in *ID. False where the plan does not say:
 * in a namespace whose maps are somebody else's. */
static bool
expected_id(const struct plan *plan, const struct id_map *outer, const struct id_map *inner,
            enum change change, uint32_t *id)
{
  bool has_inner = (plan->inner_namespaces & CLONE_NEWUSER) && !plan->inner_keeps_ids;

  *id = has_inner ? inner->inside : outer->inside;
  return has_inner || plan->map_ids || change == CHANGE_MUST;
}

static int
check_ids(const struct plan *plan, struct failure *failure)
{
  uid_t real, effective, saved;
  uint32_t id;

  if (getresuid(&real, &effective, &saved) < 0)
    return failure_set(failure, STAGE_PRIVILEGES, "getresuid", "the user ids");
  bool is_known = expected_id(plan, &plan->uid, &plan->inner_uid, plan->change_uid, &id);
  if (real != effective || real != saved || (is_known && real != id))
    return refuse(failure, "the user ids are not those of the plan");
  if (getresgid(&real, &effective, &saved) < 0)
    return failure_set(failure, STAGE_PRIVILEGES, "getresgid", "the group ids");
  is_known = expected_id(plan, &plan->gid, &plan->inner_gid, plan->change_gid, &id);
  if (real != effective || real != saved || (is_known && real != id))
    return refuse(failure, "the group ids are not those of the plan");
  return 0;
}

static bool
is_wanted(const struct plan *plan, int control_fd, int fd)
{
  if (fd == control_fd)
    return true;
  for (size_t i = 0; i < plan->keep_count; i++)
    if (plan->keep_fds[i] == fd)
      return true;
  return false;
}

/* One poll(2) tells of many descriptors which of them are open. */
static int
check_descriptors(const struct plan *plan, const struct inheritance *inheritance, int control_fd,
                  struct failure *failure)
{
  static struct pollfd looked_at[DESCRIPTORS_MAX];
  nfds_t count = DESCRIPTORS_MAX;

  if (!plan->persona->close_descriptors)
    return 0;
  if (count > inheritance->open_files.rlim_cur) /* poll(2) takes no more */
    count = (nfds_t)inheritance->open_files.rlim_cur;
  for (nfds_t i = 0; i < count; i++)
    looked_at[i] = (struct pollfd){.fd = FIRST + (int)i};
  if (poll(looked_at, count, 0) < 0)
    return failure_set(failure, STAGE_PRIVILEGES, "poll", "open descriptors");
  for (nfds_t i = 0; i < count; i++)
    if (!(looked_at[i].revents & POLLNVAL) && !is_wanted(plan, control_fd, looked_at[i].fd))
      return refuse(failure, "a descriptor is open that the command is not to have");
  return 0;
}

/* The kernel tells the umask to who sets one, here the same. */
static int
check_mask(const struct plan *plan, struct failure *failure)
{
  mode_t wanted = (mode_t)plan->umask;

  if (plan->umask >= 0 && umask(wanted) != wanted)
    return refuse(failure, "the umask is not that of the plan");
  return 0;
}

int
gate_check(const struct plan *plan, const struct inheritance *inheritance, int control_fd,
           struct failure *failure)
{
  if (privileges_check(plan, inheritance->capabilities, failure) < 0 ||
      check_ids(plan, failure) < 0 || check_mask(plan, failure) < 0)
    return -1;
  return plan_keeps_host(plan) ? 0 : check_descriptors(plan, inheritance, control_fd, failure);
}
