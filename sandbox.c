/* sandbox: the whole story.
 *
 * The words become a draft, the draft becomes a plan, the plan becomes a running
 * sandbox, and the monitor waits for its end. This room tells the story and does
 * nothing itself.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "create.h"
#include "describe.h"
#include "doctor.h"
#include "draft.h"
#include "environment.h"
#include "explain.h"
#include "launch.h"
#include "monitor.h"
#include "options.h"
#include "proxy.h"
#include "remedy.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/auxv.h>
#include <unistd.h>

/* A caller may have closed its standard descriptors; none of hutch's own may
 * take their numbers, and the payload is to find them closed as well. */
static int
reserve_standard_descriptors(struct failure *failure)
{
  for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
    if (fcntl(fd, F_GETFD) < 0 && open("/dev/null", O_RDWR | O_CLOEXEC) < 0)
      return failure_set(failure, STAGE_LAUNCH, "open", "/dev/null");
  return 0;
}

/* hutch needs no privilege of its own, and does not defend any. */
static int
refuse_privileges(struct failure *failure)
{
  if (getauxval(AT_SECURE) != 0)
    return failure_say(failure, STAGE_PLAN, CODE_PRIVILEGED, NULL,
                       "refuses to run setuid, setgid or with file capabilities");
  return 0;
}

static int
print(char *text, struct failure *failure)
{
  int result = 0;

  if (fputs(text, stdout) < 0 || fflush(stdout) != 0)
    result = failure_set(failure, STAGE_OPTIONS, "write", "the standard output");
  g_free(text);
  return result;
}

/* Builds the sandbox and waits for its end, or for what it answers. */
static int
run(const struct plan *plan, const struct origin *origin, struct failure *failure)
{
  struct sandbox sandbox = {.proxy = {.pid = 0}};
  struct findings *findings = plan_keeps_host(plan) ? explain_new_findings(plan) : NULL;
  int status = plan->persona->status_failed;

  if (create_sources(plan, failure) == 0 && proxy_start(plan, &sandbox.proxy, failure) == 0) {
    int launched = launch_sandbox(plan, origin, &sandbox, failure);
    proxy_let_go(&sandbox.proxy);
    if (launched == 0)
      status = monitor_run(plan, &sandbox, findings, failure);
  }
  proxy_explain(&sandbox.proxy, failure);
  proxy_end(&sandbox.proxy);
  if (findings && !failure_is_set(failure) &&
      (explain_check(plan, findings, status, failure) < 0 ||
       print(explain_text(plan, findings), failure) < 0))
    status = plan->persona->status_failed;
  explain_free_findings(plan, findings);
  return status;
}

/* Seals the plan and does with it what was asked for. */
static int
act(const struct draft *draft, struct plan *plan, const struct origin *origin,
    struct failure *failure)
{
  if (plan_seal(draft, plan, failure) < 0)
    return plan->persona->status_failed;
  for (guint i = 0; i < draft->warnings->len; i++)
    remedy_warn(plan, draft->warnings->pdata[i]);
  if (plan->purpose != PURPOSE_PRINT)
    return run(plan, origin, failure);
  return print(describe_plan(plan, plan->form), failure) < 0 ? plan->persona->status_failed
                                                             : EXIT_SUCCESS;
}

/* Does what the words ask for; returns the exit status. */
static int
obey(int argc, char **argv, struct draft *draft, struct plan *plan, const struct origin *origin,
     struct failure *failure)
{
  int failed = plan->persona->status_failed;

  switch (options_read(draft, argc, argv, failure)) {
  case INTENT_HELP:
    return print(options_help(argv[0]), failure) < 0 ? failed : EXIT_SUCCESS;
  case INTENT_VERSION:
    return print(g_strconcat(plan->persona->version, "\n", NULL), failure) < 0 ? failed
                                                                               : EXIT_SUCCESS;
  case INTENT_USAGE:
    fputs(options_help(argv[0]), stderr);
    return failed;
  case INTENT_DOCTOR:
    return doctor_run(draft_asked(&draft->json));
  case INTENT_FAIL:
    return failed;
  case INTENT_RUN:
    break;
  }
  return act(draft, plan, origin, failure);
}

int
main(int argc, char **argv)
{
  struct failure failure = {0};
  struct draft draft;
  struct plan plan = {.persona = persona_find(argc > 0 ? argv[0] : NULL)};
  struct origin origin = {.parent = getppid(), .words = environment_detach(argc, &argv)};
  int status = plan.persona->status_failed;

  draft_init(&draft, plan.persona);
  if (refuse_privileges(&failure) == 0 && reserve_standard_descriptors(&failure) == 0)
    status = obey(argc, argv, &draft, &plan, &origin, &failure);
  if (failure_is_set(&failure)) {
    draft_show(&draft, &plan);
    remedy_print(&plan, &failure, status);
  }
  return status;
}
