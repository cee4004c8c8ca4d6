/* sandbox: the whole story.
 *
 * The words become a draft, the draft becomes a plan, the plan becomes a running
 * sandbox, and the monitor waits for its end. This room tells the story and does
 * nothing itself.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "draft.h"
#include "environment.h"
#include "launch.h"
#include "monitor.h"
#include "options.h"
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
    return failure_say(failure, STAGE_PLAN, NULL,
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

int
main(int argc, char **argv)
{
  struct failure failure = {0};
  struct draft draft;
  struct sandbox sandbox;
  struct plan plan = {.persona = persona_find(argc > 0 ? argv[0] : NULL)};
  struct origin origin = {.parent = getppid(), .words = environment_detach(argc, &argv)};

  if (refuse_privileges(&failure) < 0 || reserve_standard_descriptors(&failure) < 0)
    goto failed;
  draft_init(&draft, plan.persona);
  switch (options_read(&draft, argc, argv, &failure)) {
  case INTENT_HELP:
    if (print(options_help(argv[0]), &failure) < 0)
      goto failed;
    return EXIT_SUCCESS;
  case INTENT_VERSION:
    if (print(g_strconcat(plan.persona->version, "\n", NULL), &failure) < 0)
      goto failed;
    return EXIT_SUCCESS;
  case INTENT_USAGE:
    fputs(options_help(argv[0]), stderr);
    return plan.persona->status_failed;
  case INTENT_FAIL:
    plan.level_prefix = draft_asked(&draft.level_prefix);
    goto failed;
  case INTENT_RUN:
    break;
  }
  if (plan_seal(&draft, &plan, &failure) < 0)
    goto failed;
  for (guint i = 0; i < draft.warnings->len; i++)
    remedy_warn(&plan, draft.warnings->pdata[i]);
  if (launch_sandbox(&plan, &origin, &sandbox, &failure) < 0)
    goto failed;
  int status = monitor_run(&plan, &sandbox, &failure);
  if (failure_is_set(&failure))
    remedy_print(&plan, &failure);
  return status;

failed:
  remedy_print(&plan, &failure);
  return plan.persona->status_failed;
}
