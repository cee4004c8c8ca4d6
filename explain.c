/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "explain.h"

#include "describe.h"
#include "phrases.h"
#include "record.h"

#include <errno.h>
#include <glib.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* Where on the host lies what a bind shows; NULL for other operations. */
static char *
source_of(const struct operation *operation)
{
  g_autofree char *path = NULL;

  if (operation->kind == OPERATION_BIND)
    path = g_canonicalize_filename(operation->source, NULL);
  else if (operation->kind == OPERATION_BIND_FD)
    path = g_strdup_printf("/proc/self/fd/%d", operation->fd);
  char *real = path ? realpath(path, NULL) : NULL;
  char *source = g_strdup(real);
  free(real);
  return source;
}

struct findings *
explain_new_findings(const struct plan *plan)
{
  struct findings *findings = g_new0(struct findings, 1);

  findings->answers = g_new0(struct answer, plan->question_count);
  findings->is_pending = g_new0(bool, plan->operation_count);
  findings->sources = g_new0(char *, plan->operation_count);
  for (size_t i = 0; i < plan->operation_count; i++)
    findings->sources[i] = source_of(&plan->operations[i]);
  return findings;
}

void
explain_free_findings(const struct plan *plan, struct findings *findings)
{
  if (!findings)
    return;
  g_free(findings->answers);
  g_free(findings->is_pending);
  for (size_t i = 0; i < plan->operation_count; i++)
    g_free(findings->sources[i]);
  g_free(findings->sources);
  g_free(findings);
}

int
explain_check(const struct plan *plan, const struct findings *findings, int status,
              struct failure *failure)
{
  if (status == EXIT_SUCCESS && findings->answered == plan->question_count)
    return 0;
  return failure_say(failure, STAGE_INSPECT, CODE_INTERRUPTED, NULL,
                     "the process that was to look around inside was ended");
}

static const char *
kind_of(mode_t mode)
{
  switch (mode & S_IFMT) {
  case S_IFREG:
    return "file";
  case S_IFDIR:
    return "directory";
  case S_IFLNK:
    return "link";
  case S_IFCHR:
    return "character-device";
  case S_IFBLK:
    return "block-device";
  case S_IFIFO:
    return "pipe";
  case S_IFSOCK:
    return "socket";
  default:
    return "other";
  }
}

/* The host's path behind what is at PATH, which ANSWER is about; NULL if none is. */
static char *
host_path(const struct findings *findings, const struct answer *answer)
{
  if (answer->operation < 0)
    return NULL;
  const char *source = findings->sources[answer->operation];
  if (!source || answer->error != 0 || answer->below > strlen(answer->path))
    return NULL;
  g_autofree char *path =
      g_build_filename(source[1] != '\0' ? source : "/.", answer->path + answer->below, NULL);
  return g_canonicalize_filename(path, "/");
}

/* Whether the host has what is asked for, and the sandbox does not show it. */
static bool
is_hidden(const struct plan *plan, const struct answer *answer)
{
  const char *path = plan->questions[answer->question].path;
  struct stat status;

  return answer->error != 0 && path[0] == '/' && lstat(path, &status) == 0;
}

static json_t *
error_name(int error)
{
  return error == 0 ? json_null() : record_string(strerrorname_np(error));
}

static json_t *
operation_object(const struct plan *plan, int operation)
{
  return operation < 0 ? json_null() : record_option(&plan->operations[operation].typed);
}

static json_t *
answer_object(const struct plan *plan, const struct findings *findings, const struct answer *answer)
{
  g_autofree char *host = host_path(findings, answer);
  bool is_there = answer->error == 0;

  return json_pack("{s:o, s:b, s:o, s:o, s:o, s:o, s:b, s:b, s:b, s:b, s:b, s:o, s:o, s:o}", "path",
                   record_string(plan->questions[answer->question].path), "present", is_there,
                   "kind", is_there ? json_string(kind_of(answer->mode)) : json_null(), "inside",
                   record_filled(answer->path), "host", record_string(host), "operation",
                   operation_object(plan, answer->operation), "read-only", answer->is_readonly,
                   "devices", is_there && answer->has_devices, "dangling", answer->is_link,
                   "hidden", is_hidden(plan, answer), "pending", answer->is_pending, "read",
                   error_name(answer->read), "write", error_name(answer->write), "execute",
                   error_name(answer->execute));
}

static void
append_try(GString *text, const char *verb, int error)
{
  g_string_append_printf(text, "    %-8s %s\n", verb, error == 0 ? "yes" : strerrorname_np(error));
}

static void
append_path(GString *text, const char *what, const char *path)
{
  g_autofree char *printable = phrases_printable(path);

  g_string_append_printf(text, "    %-8s %s\n", what, printable);
}

/* What an answer says of what is not there. */
static void
append_missing(GString *text, const struct plan *plan, const struct answer *answer)
{
  if (answer->is_link)
    g_string_append(text, "a symbolic link that leads nowhere");
  else
    g_string_append_printf(text, "nothing: %s", g_strerror(answer->error));
  if (is_hidden(plan, answer))
    g_string_append(text, "; it exists on the host, and no operation shows it");
  g_string_append_c(text, '\n');
  if (answer->path[0])
    append_path(text, "exists", answer->path);
}

static void
append_answer(GString *text, const struct plan *plan, const struct findings *findings,
              const struct answer *answer)
{
  const struct question *question = &plan->questions[answer->question];
  g_autofree char *host = host_path(findings, answer);
  g_autofree char *path = phrases_printable(question->path);

  g_string_append_printf(text, "%s: ", path);
  if (answer->error == 0)
    g_string_append_printf(text, "%s%s\n", kind_of(answer->mode),
                           answer->is_readonly ? ", read-only" : "");
  else
    append_missing(text, plan, answer);
  if (answer->operation >= 0) {
    g_autofree char *words = typed_describe(&plan->operations[answer->operation].typed);
    g_autofree char *printable = phrases_printable(words);
    g_string_append_printf(text, "    by       %s%s\n", printable,
                           answer->is_pending ? ", which would first change the host" : "");
  } else {
    g_string_append(text, "    by       the empty root\n");
  }
  if (answer->error != 0)
    return;
  if (strcmp(answer->path, question->path) != 0)
    append_path(text, "inside", answer->path);
  if (host)
    append_path(text, "host", host);
  append_try(text, "read", answer->read);
  append_try(text, "write", answer->write);
  append_try(text, S_ISDIR(answer->mode) ? "search" : "execute", answer->execute);
  if (S_ISCHR(answer->mode) || S_ISBLK(answer->mode))
    g_string_append_printf(text, "    devices  %s\n", answer->has_devices ? "yes" : "no");
}

static json_t *
pending_array(const struct plan *plan, const struct findings *findings)
{
  json_t *array = json_array();

  for (size_t i = 0; i < plan->operation_count; i++)
    if (findings->is_pending[i])
      json_array_append_new(array, record_option(&plan->operations[i].typed));
  return array;
}

static char *
as_json(const struct plan *plan, const struct findings *findings)
{
  json_t *object;

  if (plan->purpose == PURPOSE_CHECK) {
    object = json_pack("{s:o, s:o}", "plan", describe_json(plan), "pending",
                       pending_array(plan, findings));
  } else {
    object = json_array();
    for (size_t i = 0; i < plan->question_count; i++)
      json_array_append_new(object, answer_object(plan, findings, &findings->answers[i]));
  }
  return record_text(object, false);
}

static void
append_check(GString *text, const struct plan *plan, const struct findings *findings)
{
  g_autofree char *described = describe_plan(plan, plan->form);

  g_string_append(text, described);
  for (size_t i = 0; i < plan->operation_count; i++)
    if (findings->is_pending[i]) {
      g_autofree char *words = typed_describe(&plan->operations[i].typed);
      g_autofree char *printable = phrases_printable(words);
      g_string_append_printf(text, "not tried, as it would change the host: %s\n", printable);
    }
}

char *
explain_text(const struct plan *plan, const struct findings *findings)
{
  if (plan->form == FORM_JSON)
    return as_json(plan, findings);
  GString *text = g_string_new(NULL);
  if (plan->purpose == PURPOSE_CHECK)
    append_check(text, plan, findings);
  for (size_t i = 0; i < plan->question_count; i++)
    append_answer(text, plan, findings, &findings->answers[i]);
  return g_string_free(text, FALSE);
}
