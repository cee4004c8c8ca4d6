/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "record.h"

#include "outlet.h"

#include <errno.h>
#include <glib.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/capability.h>

enum {
  CAPABILITIES = 64,
};

json_t *
record_string(const char *text)
{
  if (!text)
    return json_null();
  g_autofree char *valid = g_utf8_make_valid(text, -1);
  return json_string(valid);
}

char *
record_text(json_t *value, bool one_line)
{
  char *text = json_dumps(value, JSON_REAL_PRECISION(12) | (one_line ? 0 : JSON_INDENT(2)));
  char *line = g_strconcat(text, "\n", NULL);

  free(text);
  json_decref(value);
  return line;
}

/* Signals that hutch has blocked for the sandbox's sake end it while it waits. */
int
record_write(int fd, json_t *value, bool one_line)
{
  const struct sigaction ignore = {.sa_handler = SIG_IGN};
  struct outlet outlet = {.fd = fd};
  struct sigaction before;
  sigset_t none;

  sigemptyset(&none);
  sigaction(SIGPIPE, &ignore, &before);
  outlet_add(&outlet, record_text(value, one_line));
  int result = 0;
  while (result == 0 && outlet_fd(&outlet) >= 0) {
    struct pollfd room = {.fd = fd, .events = POLLOUT};
    if (ppoll(&room, 1, NULL, &none) > 0)
      result = outlet_write(&outlet);
    else if (errno != EINTR)
      result = -1;
  }
  int error = errno;
  outlet_clear(&outlet);
  sigaction(SIGPIPE, &before, NULL);
  errno = error;
  return result;
}

/* Programs compare; what is empty is null. */
json_t *
record_filled(const char *text)
{
  return text && text[0] != '\0' ? record_string(text) : json_null();
}

json_t *
record_capabilities(uint64_t set)
{
  json_t *array = json_array();

  for (cap_value_t i = 0; i < CAPABILITIES; i++) {
    if (!(set >> i & 1))
      continue;
    char *name = cap_to_name(i);
    json_array_append_new(array, record_string(name));
    cap_free(name);
  }
  return array;
}

json_t *
record_option(const struct typed *typed)
{
  json_t *words = json_array();

  if (typed->count == 0) {
    json_decref(words);
    return json_null();
  }
  for (int i = 0; i < typed->count; i++)
    json_array_append_new(words, record_string(typed->words[i]));
  return json_pack("{s:i, s:o, s:o}", "index", typed->index, "words", words, "origin",
                   record_string(typed->origin));
}

json_t *
record_failed(int status, json_t *signal, json_t *failure)
{
  return json_pack("{s:s, s:i, s:o, s:o}", "event", "failed", "status", status, "signal", signal,
                   "failure", failure);
}

void
record_failure(const struct plan *plan, const struct failure *failure, const struct cause *cause,
               const char *message, int status)
{
  const struct typed typed = cause_option(plan, failure);
  g_autofree char *call = g_strdup(failure->call);

  if (plan->error_fd < 0 && plan->status_fd < 0)
    return;
  /* "prctl PR_SET_NAME": the call, and which of its many. */
  char *end = strchr(call, ' ');
  if (end)
    *end = '\0';
  json_t *object = json_pack(
      "{s:s, s:i, s:o, s:o, s:o, s:o, s:o}", "code", code_table[cause->code].name, "status", status,
      "option", record_option(&typed), "call", record_filled(call), "errno",
      failure->error != 0 ? record_filled(strerrorname_np(failure->error)) : json_null(), "message",
      record_string(message), "remedy", record_filled(cause->remedy));
  if (plan->error_fd >= 0)
    (void)!record_write(plan->error_fd, json_incref(object), true);
  if (plan->status_fd >= 0)
    (void)!record_write(plan->status_fd, record_failed(status, json_null(), json_incref(object)),
                        true);
  json_decref(object);
}
