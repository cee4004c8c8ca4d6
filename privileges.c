/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "privileges.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <linux/securebits.h>
#include <stddef.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

enum {
  CAPABILITIES_MAX = 64,
};

struct capability_sets {
  uint64_t effective;
  uint64_t permitted;
  uint64_t inheritable;
};

static bool
has(uint64_t set, int capability)
{
  return (set >> capability & 1) != 0;
}

static int
refuse(struct failure *failure, const char *call, const char *subject)
{
  return failure_set(failure, STAGE_PRIVILEGES, call, subject);
}

static int
read_sets(struct capability_sets *sets, struct failure *failure)
{
  struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
  struct __user_cap_data_struct data[2];

  if (syscall(SYS_capget, &header, data) < 0)
    return refuse(failure, "capget", "the capabilities");
  sets->effective = data[0].effective | (uint64_t)data[1].effective << 32;
  sets->permitted = data[0].permitted | (uint64_t)data[1].permitted << 32;
  sets->inheritable = data[0].inheritable | (uint64_t)data[1].inheritable << 32;
  return 0;
}

static int
write_sets(uint64_t set, struct failure *failure)
{
  struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
  const uint32_t low = (uint32_t)set, high = (uint32_t)(set >> 32);
  struct __user_cap_data_struct data[2] = {
      {.effective = low, .permitted = low, .inheritable = low},
      {.effective = high, .permitted = high, .inheritable = high},
  };

  return syscall(SYS_capset, &header, data) < 0 ? refuse(failure, "capset", "the capabilities") : 0;
}

/* Drops what is not in KEEP from the bounding set. */
static int
limit_bounding_set(uint64_t keep, struct failure *failure)
{
  for (int i = 0; i < CAPABILITIES_MAX; i++)
    if (!has(keep, i) && prctl(PR_CAPBSET_DROP, i, 0, 0, 0) < 0) {
      if (errno == EINVAL) /* past the last capability of this kernel */
        break;
      return refuse(failure, "prctl PR_CAPBSET_DROP", "the privileges");
    }
  return 0;
}

int
privileges_limit(const struct plan *plan, uint64_t *kept, struct failure *failure)
{
  struct capability_sets sets;

  *kept = 0;
  if (!plan->keep_privileges) {
    if (read_sets(&sets, failure) < 0)
      return -1;
    *kept = plan->capabilities & sets.permitted;
    if (limit_bounding_set(plan->capabilities, failure) < 0 || write_sets(*kept, failure) < 0)
      return -1;
  }
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
    return refuse(failure, "prctl PR_SET_NO_NEW_PRIVS", "the privileges");
  return 0;
}

int
privileges_raise_ambient(const struct plan *plan, uint64_t kept, struct failure *failure)
{
  if (plan->keep_privileges)
    return 0;
  for (int i = 0; i < CAPABILITIES_MAX; i++)
    if (has(kept, i) && prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, i, 0, 0) < 0)
      return refuse(failure, "prctl PR_CAP_AMBIENT_RAISE", "the privileges");
  return 0;
}

int
privileges_regain(struct failure *failure)
{
  struct capability_sets sets;

  return read_sets(&sets, failure) < 0 ? -1 : write_sets(sets.permitted, failure);
}

int
privileges_drop(uint64_t keep, struct failure *failure)
{
  struct capability_sets sets = {0};

  if (keep != 0 && read_sets(&sets, failure) < 0)
    return -1;
  return write_sets(keep & sets.permitted, failure);
}

int
privileges_set_label(int proc_fd, enum label_of what, const char *label, struct failure *failure)
{
  static const char *const names[] = {
      [LABEL_OF_FILES] = "thread-self/attr/fscreate",
      [LABEL_OF_COMMAND] = "thread-self/attr/exec",
  };
  int fd = openat(proc_fd, names[what], O_WRONLY | O_CLOEXEC);

  if (fd < 0)
    return refuse(failure, "openat", names[what]);
  ssize_t written = write(fd, label, strlen(label));
  if (written < 0)
    failure_record(failure, STAGE_PRIVILEGES, "write", names[what]);
  close(fd);
  return written < 0 ? -1 : 0;
}

int
privileges_set_traceable(bool traceable, struct failure *failure)
{
  if (prctl(PR_SET_DUMPABLE, traceable, 0, 0, 0) < 0)
    return refuse(failure, "prctl PR_SET_DUMPABLE", "the privileges");
  return 0;
}

int
privileges_read(struct privileges *privileges, struct failure *failure)
{
  struct capability_sets sets;

  if (read_sets(&sets, failure) < 0)
    return -1;
  *privileges = (struct privileges){
      .effective = sets.effective,
      .permitted = sets.permitted,
      .inheritable = sets.inheritable,
      .no_new_privs = prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0),
      .securebits = prctl(PR_GET_SECUREBITS, 0, 0, 0, 0),
  };
  for (int i = 0; i < CAPABILITIES_MAX; i++) {
    int bound = prctl(PR_CAPBSET_READ, i, 0, 0, 0);
    if (bound < 0) /* past the last capability of this kernel */
      break;
    if (bound == 1)
      privileges->bounding |= UINT64_C(1) << i;
    if (prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_IS_SET, i, 0, 0) == 1)
      privileges->ambient |= UINT64_C(1) << i;
  }
  return 0;
}

int
privileges_check(const struct plan *plan, uint64_t kept, struct failure *failure)
{
  struct capability_sets sets;
  const char *wrong = NULL;

  if (prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) != 1)
    return failure_say(failure, STAGE_PRIVILEGES, CODE_HARDENING_FAILED, NULL,
                       "no_new_privs is not set");
  if (plan->keep_privileges)
    return 0;
  if (read_sets(&sets, failure) < 0)
    return -1;
  if (sets.permitted != kept || sets.effective != kept || sets.inheritable != kept)
    wrong = "the capability sets are not those of the plan";
  else if (prctl(PR_GET_SECUREBITS, 0, 0, 0, 0) != SECUREBITS_DEFAULT)
    wrong = "the securebits are not the default";
  for (int i = 0; i < CAPABILITIES_MAX && !wrong; i++) {
    int bound = prctl(PR_CAPBSET_READ, i, 0, 0, 0);
    if (bound < 0)
      break;
    if (bound == 1 && !has(kept, i))
      wrong = "the bounding set holds more than the plan keeps";
  }
  return wrong ? failure_say(failure, STAGE_PRIVILEGES, CODE_HARDENING_FAILED, NULL, wrong) : 0;
}
