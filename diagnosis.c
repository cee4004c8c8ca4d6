/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "diagnosis.h"

#include <errno.h>
#include <glib.h>

static void
say(char *to, size_t size, const char *text)
{
  g_strlcpy(to, text ? text : "", size);
}

void
diagnosis_accept(struct diagnosis *diagnosis, const char *value)
{
  diagnosis->state = STATE_OK;
  say(diagnosis->value, sizeof diagnosis->value, value);
}

void
diagnosis_miss(struct diagnosis *diagnosis, const char *reason, const char *remedy)
{
  diagnosis->state = STATE_MISSING;
  say(diagnosis->reason, sizeof diagnosis->reason, reason);
  say(diagnosis->remedy, sizeof diagnosis->remedy, remedy);
}

void
diagnosis_fail(struct diagnosis *diagnosis, const char *reason, const char *remedy)
{
  diagnosis->state = STATE_FAILED;
  say(diagnosis->reason, sizeof diagnosis->reason, reason);
  say(diagnosis->remedy, sizeof diagnosis->remedy, remedy);
}

void
diagnosis_fail_call(struct diagnosis *diagnosis, const char *call, const char *subject,
                    const char *remedy)
{
  const char *space = subject ? " " : "";
  int error = errno;

  diagnosis_fail(diagnosis, NULL, remedy);
  diagnosis->code = CODE_SYSTEM_CALL_FAILED;
  g_snprintf(diagnosis->reason, sizeof diagnosis->reason, "%s%s%s: %s", call, space,
             subject ? subject : "", g_strerror(error));
}

void
diagnosis_fail_namespace(struct diagnosis *diagnosis, const char *call, const char *subject,
                         uint64_t namespaces)
{
  failure_record(&diagnosis->failure, STAGE_NAMESPACES, call, subject);
  errno = diagnosis->failure.error;
  diagnosis_fail_call(diagnosis, call, subject, NULL);
  diagnosis->code = CODE_UNKNOWN;
  diagnosis->namespaces = namespaces;
}
