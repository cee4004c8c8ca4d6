/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "conflict.h"

#include "phrases.h"

#include <linux/sched.h>

static bool
has_own_user(const struct draft *draft)
{
  return ((draft->persona->namespaces | draft->unshare | draft->unshare_try) & CLONE_NEWUSER) &&
         !draft_asked(&draft->userns);
}

static bool
hostname_without_uts(const struct draft *draft, uint64_t namespaces)
{
  return draft_asked(&draft->hostname) && !(namespaces & CLONE_NEWUTS);
}

static bool
pid_1_without_namespace(const struct draft *draft, uint64_t namespaces)
{
  return draft_asked(&draft->as_pid_1) && !(namespaces & CLONE_NEWPID);
}

static bool
keep_id_and_uid(const struct draft *draft, uint64_t namespaces)
{
  (void)namespaces;
  return draft_asked(&draft->keep_id) && draft_asked(&draft->uid);
}

static bool
keep_id_and_gid(const struct draft *draft, uint64_t namespaces)
{
  (void)namespaces;
  return draft_asked(&draft->keep_id) && draft_asked(&draft->gid);
}

static bool
uid_without_user(const struct draft *draft, uint64_t namespaces)
{
  return draft_asked(&draft->uid) && !draft_asked(&draft->userns) && !(namespaces & CLONE_NEWUSER);
}

static bool
gid_without_user(const struct draft *draft, uint64_t namespaces)
{
  return draft_asked(&draft->gid) && !draft_asked(&draft->userns) && !(namespaces & CLONE_NEWUSER);
}

static bool
disable_without_user(const struct draft *draft, uint64_t namespaces)
{
  (void)namespaces;
  return draft_asked(&draft->disable_userns) && !has_own_user(draft);
}

static bool
block_without_user(const struct draft *draft, uint64_t namespaces)
{
  (void)namespaces;
  return draft_asked(&draft->userns_block_fd) && !has_own_user(draft);
}

static bool
block_without_info(const struct draft *draft, uint64_t namespaces)
{
  (void)namespaces;
  return draft_asked(&draft->userns_block_fd) && !draft_asked(&draft->info_fd);
}

static bool
joins_and_makes_user(const struct draft *draft, uint64_t namespaces)
{
  (void)namespaces;
  return draft_asked(&draft->userns) && (draft->unshare & CLONE_NEWUSER);
}

/* A reaper that ends what descends from it finds the numbers of those in a proc
 * of the host's, which are not the numbers of a namespace that it joined. */
static bool
reaps_in_joined_pids(const struct draft *draft, uint64_t namespaces)
{
  return draft_asked(&draft->pidns) && !(namespaces & CLONE_NEWPID) && !draft->persona->linger;
}

/* The command would have to hold the locks, and may let them go. */
static bool
locks_without_reaper(const struct draft *draft, uint64_t namespaces)
{
  (void)namespaces;
  return draft->locks->len > 0 && draft_asked(&draft->as_pid_1);
}

static bool
perms_for_nothing(const struct draft *draft, uint64_t namespaces)
{
  (void)namespaces;
  return draft_asked(&draft->perms) && draft->persona->strict;
}

static bool
size_for_nothing(const struct draft *draft, uint64_t namespaces)
{
  (void)namespaces;
  return draft_asked(&draft->size) && draft->persona->strict;
}

static bool
layers_for_nothing(const struct draft *draft, uint64_t namespaces)
{
  (void)namespaces;
  return draft_asked(&draft->overlay_source);
}

static bool
explains_and_prints(const struct draft *draft, uint64_t namespaces)
{
  (void)namespaces;
  return draft->questions->len > 0 && draft_asked(&draft->print_plan);
}

static bool
json_for_nothing(const struct draft *draft, uint64_t namespaces)
{
  (void)namespaces;
  return draft_asked(&draft->json) && draft->questions->len == 0 && !draft_asked(&draft->dry_run);
}

static bool
logs_nothing(const struct draft *draft, uint64_t namespaces)
{
  (void)namespaces;
  return draft_asked(&draft->seccomp_log) && draft->builtins->len == 0;
}

static const struct rule {
  bool (*broken)(const struct draft *draft, uint64_t namespaces);
  size_t request; /* where in the draft the option to name is */
  enum refusal refusal;
} rules[] = {
    {hostname_without_uts, DRAFT_REQUEST(hostname), REFUSE_HOSTNAME_SHARED},
    {pid_1_without_namespace, DRAFT_REQUEST(as_pid_1), REFUSE_PID_1_SHARED},
    {keep_id_and_uid, DRAFT_REQUEST(uid), REFUSE_KEEP_ID},
    {keep_id_and_gid, DRAFT_REQUEST(gid), REFUSE_KEEP_ID},
    {uid_without_user, DRAFT_REQUEST(uid), REFUSE_ID_WITHOUT_USER},
    {gid_without_user, DRAFT_REQUEST(gid), REFUSE_ID_WITHOUT_USER},
    {locks_without_reaper, DRAFT_REQUEST(as_pid_1), REFUSE_LOCKS},
    {disable_without_user, DRAFT_REQUEST(disable_userns), REFUSE_DISABLE_WITHOUT_USER},
    {block_without_user, DRAFT_REQUEST(userns_block_fd), REFUSE_BLOCK_WITHOUT_USER},
    {block_without_info, DRAFT_REQUEST(userns_block_fd), REFUSE_BLOCK_WITHOUT_INFO},
    {joins_and_makes_user, DRAFT_REQUEST(userns), REFUSE_USER_TWICE},
    {reaps_in_joined_pids, DRAFT_REQUEST(pidns), REFUSE_JOINED_PIDS},
    {perms_for_nothing, DRAFT_REQUEST(perms), REFUSE_PERMS_LAST},
    {layers_for_nothing, DRAFT_REQUEST(overlay_source), REFUSE_LAYERS_LAST},
    {size_for_nothing, DRAFT_REQUEST(size), REFUSE_SIZE_LAST},
    {explains_and_prints, DRAFT_REQUEST(print_plan), REFUSE_EXPLAIN_PRINT},
    {json_for_nothing, DRAFT_REQUEST(json), REFUSE_JSON_ALONE},
    {logs_nothing, DRAFT_REQUEST(seccomp_log), REFUSE_LOG_ALONE},
};

static int
refuse(const struct draft *draft, enum refusal refusal, const struct typed *typed,
       struct failure *failure)
{
  return phrases_refuse(failure, STAGE_PLAN, draft->persona->style, refusal, typed, NULL);
}

int
conflict_check(const struct draft *draft, uint64_t namespaces, struct failure *failure)
{
  static const struct typed nothing;

  for (size_t i = 0; i < G_N_ELEMENTS(rules); i++) {
    if (!rules[i].broken(draft, namespaces))
      continue;
    const struct request *culprit = draft_request((struct draft *)draft, rules[i].request);
    return refuse(draft, rules[i].refusal, &culprit->typed, failure);
  }
  if (draft->command || draft_purpose(draft) != PURPOSE_RUN)
    return 0;
  return refuse(draft, REFUSE_NO_COMMAND, &nothing, failure);
}
