/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "doctor.h"

#include "attempt.h"
#include "cause.h"
#include "diagnosis.h"
#include "grant.h"
#include "persona.h"
#include "phrases.h"
#include "probe.h"
#include "record.h"

#include <errno.h>
#include <glib.h>
#include <jansson.h>
#include <link.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <unistd.h>

/* --- the checks -------------------------------------------------------------------- */

enum {
  WORDS_MAX = 20,
};

/* One of WORDS and ATTEMPT says what the check does. */
struct check {
  const char *name;             /* stable */
  const char *words[WORDS_MAX]; /* of hutch, behind its name */
  void (*attempt)(struct diagnosis *diagnosis);
  void (*clean)(void);
  const char *tried; /* in words; NULL: the words themselves */
  const char *unit;  /* for people, before the value; may be NULL */
};

static void find_link(struct diagnosis *diagnosis);

/* What hutch starts is hutch itself again, wherever its file is. */
#define SELF "/proc/self/exe"

/* The first one decides. */
/* clang-format off */
static const struct check checks[] = {
    {"sandbox", .words = {"--ro-bind", "/", "/", "true"}},
    {"userns", .attempt = attempt_userns,
     .tried = "a user namespace with this user as root, and a mount namespace that it owns"},
    {"nesting", .words = {"--keep-id", "--ro-bind", "/", "/", "--proc", "/proc", "--keep-fd", "4",
                          "--argv0", "hutch", "--", SELF, "--error-fd=4", "--ro-bind", "/", "/", "true"},
     .tried = "hutch --keep-id --ro-bind / / --proc /proc -- hutch --ro-bind / / true"},
    {"proc", .words = {"--ro-bind", "/", "/", "--proc", "/proc", "true"}},
    {"dev", .words = {"--ro-bind", "/", "/", "--dev", "/dev", "true"}},
    {"overlay", .words = {"--ro-bind", "/", "/", "--overlay-src", "/usr/bin", "--tmp-overlay", "/usr/bin", "true"}},
    {"netns", .words = {"--ro-bind", "/", "/", "--unshare-net", "true"}},
    {"timens", .attempt = attempt_timens,
     .tried = "a time namespace with its clock set ahead"},
    {"seccomp", .attempt = attempt_seccomp,
     .tried = "a filter that refuses a call"},
    {"seccomp-notify", .attempt = attempt_seccomp_notify,
     .tried = "a filter whose call another process answers"},
    {"landlock", .attempt = attempt_landlock,
     .tried = "a ruleset that refuses to read a directory", .unit = "ABI "},
    {"cgroup", .attempt = grant_cgroup, .clean = grant_clean_cgroup,
     .tried = "a group below the own one, with a process in it"},
    {"pasta", .attempt = grant_pasta, .tried = "pasta --version"},
    {"slirp4netns", .attempt = grant_slirp4netns, .tried = "slirp4netns --version"},
    {"dbus-proxy", .attempt = grant_dbus_proxy, .tried = "xdg-dbus-proxy --version"},
    {"subuid", .attempt = grant_subuid, .tried = "newuidmap on a child, with the ranges of /etc/subuid"},
    {"subgid", .attempt = grant_subgid, .tried = "newgidmap on a child, with the ranges of /etc/subgid"},
    {"link", .attempt = find_link, .tried = "looked for a loader in the headers of this program"},
};
/* clang-format on */

static int
note_interpreter(struct dl_phdr_info *info, size_t size, void *data)
{
  bool *has_interpreter = data;

  (void)size;
  for (int i = 0; i < info->dlpi_phnum; i++)
    *has_interpreter |= info->dlpi_phdr[i].p_type == PT_INTERP;
  return 1; /* the first object is the program */
}

static void
find_link(struct diagnosis *diagnosis)
{
  bool has_interpreter = false;

  dl_iterate_phdr(note_interpreter, &has_interpreter);
  diagnosis_accept(diagnosis, has_interpreter ? "dynamic" : "static");
}

/* What the words of a check read like; the caller frees. */
static char *
command_line(const struct check *check)
{
  g_autofree char *words = g_strjoinv(" ", (char **)check->words);

  return g_strconcat("hutch ", words, NULL);
}

/* --- one check ------------------------------------------------------------------------ */

/* What the hutch that was started says of its failure. */
static void
read_failure(const struct probe_said *said, struct diagnosis *diagnosis)
{
  json_t *object = json_loads(said->report, JSON_DISABLE_EOF_CHECK, NULL);
  const char *code = json_string_value(json_object_get(object, "code"));
  const char *message = json_string_value(json_object_get(object, "message"));
  const char *remedy = json_string_value(json_object_get(object, "remedy"));
  g_autofree char *reason = message ? g_strdup(message)
                            : WIFSIGNALED(said->status)
                                ? g_strdup_printf("signal %d ended it", WTERMSIG(said->status))
                                : g_strdup_printf("exit status %d", WEXITSTATUS(said->status));
  diagnosis_fail(diagnosis, reason, remedy);
  g_strlcpy(diagnosis->code_name, code ? code : "", sizeof diagnosis->code_name);
  json_decref(object);
}

static void
run_hutch(const struct check *check, struct diagnosis *diagnosis)
{
  struct probe_said said;
  /* By this name it has hutch's own defaults. */
  const char *words[2 + WORDS_MAX] = {"hutch", "--error-fd=3"};

  memcpy(words + 2, check->words, sizeof check->words);
  if (probe_program(SELF, words, true, &said) < 0)
    diagnosis_fail_call(diagnosis, "fork", NULL, NULL);
  else if (said.status == 0)
    diagnosis_accept(diagnosis, NULL);
  else
    read_failure(&said, diagnosis);
}

static void
take_step(const void *data, void *report)
{
  const struct check *check = data;

  if (check->attempt)
    check->attempt(report);
  else
    run_hutch(check, report);
}

/* Why it failed, where that is to be looked up. */
static void
find_cause(struct diagnosis *diagnosis)
{
  const struct plan plan = {.persona = persona_find("hutch"), .namespaces = diagnosis->namespaces};
  struct cause cause = cause_find(&plan, &diagnosis->failure);

  diagnosis->code = cause.code;
  g_strlcpy(diagnosis->remedy, cause.remedy ? cause.remedy : "", sizeof diagnosis->remedy);
  g_free(cause.remedy);
}

static void
examine(const struct check *check, struct diagnosis *diagnosis)
{
  const struct probe probe = {
      .step = take_step,
      .clean = check->clean,
      .data = check,
      .report_size = sizeof *diagnosis,
  };
  g_autofree char *late =
      g_strdup_printf("it did not come to an end within %d seconds", PROBE_SECONDS);
  g_autofree char *line = check->tried ? g_strdup(check->tried) : command_line(check);

  memset(diagnosis, 0, sizeof *diagnosis);
  switch (probe_run(&probe, diagnosis)) {
  case PROBE_ENDED:
    break;
  case PROBE_TIMED_OUT:
    diagnosis_fail(diagnosis, late, "what was tried was ended; by hand it may tell why it hangs");
    diagnosis->state = STATE_TIMED_OUT;
    break;
  case PROBE_STUCK:
    diagnosis_fail(diagnosis, late, "a process of it could not be ended, and is still there");
    diagnosis->state = STATE_TIMED_OUT;
    break;
  case PROBE_BROKEN:
    diagnosis_fail(diagnosis, "it could not be tried to its end",
                   "the limits of processes and memory may be too low");
    break;
  }
  if (diagnosis->state == STATE_FAILED && failure_is_set(&diagnosis->failure))
    find_cause(diagnosis);
  if (diagnosis->code != CODE_UNKNOWN)
    g_strlcpy(diagnosis->code_name, code_table[diagnosis->code].name, sizeof diagnosis->code_name);
  if (diagnosis->tried[0] == '\0')
    g_strlcpy(diagnosis->tried, line, sizeof diagnosis->tried);
}

/* --- the report ------------------------------------------------------------------------- */

static const struct {
  const char *name;
  const char *color;
} states[STATE_COUNT] = {
    [STATE_OK] = {"ok", "\033[32m"},
    [STATE_MISSING] = {"missing", "\033[33m"},
    [STATE_FAILED] = {"failed", "\033[1;31m"},
    [STATE_TIMED_OUT] = {"timed-out", "\033[1;31m"},
};

static json_t *
as_object(const struct check *check, const struct diagnosis *diagnosis)
{
  return json_pack("{s:s, s:s, s:o, s:o, s:o, s:o, s:o}", "name", check->name, "state",
                   states[diagnosis->state].name, "value", record_filled(diagnosis->value), "code",
                   record_filled(diagnosis->code_name), "reason", record_filled(diagnosis->reason),
                   "remedy", record_filled(diagnosis->remedy), "tried",
                   record_string(diagnosis->tried));
}

/* A terminal gets no orders from what programs say. */
static void
append_plain(GString *line, const char *text)
{
  g_autofree char *printable = phrases_printable(text);

  g_string_append(line, printable);
}

/* SEEN holds the remedies so far, and the checks that they were named for first. */
static void
append_remedy(GString *line, const struct check *check, const char *remedy, GHashTable *seen)
{
  const char *first = g_hash_table_lookup(seen, remedy);

  g_string_append_printf(line, "%-25s remedy: ", "");
  if (first)
    g_string_append_printf(line, "as for %s", first);
  else
    append_plain(line, remedy);
  g_string_append_c(line, '\n');
  if (!first)
    g_hash_table_insert(seen, g_strdup(remedy), (gpointer)check->name);
}

static bool
print_text(const struct check *check, const struct diagnosis *diagnosis, bool is_colored,
           GHashTable *seen)
{
  g_autoptr(GString) line = g_string_new(NULL);

  g_string_append_printf(line, "%-15s %s%-9s%s ", check->name,
                         is_colored ? states[diagnosis->state].color : "",
                         states[diagnosis->state].name, is_colored ? "\033[0m" : "");
  append_plain(line, diagnosis->tried);
  if (diagnosis->value[0] != '\0') {
    g_string_append_printf(line, ": %s", check->unit ? check->unit : "");
    append_plain(line, diagnosis->value);
  }
  if (diagnosis->reason[0] != '\0') {
    g_string_append(line, ": ");
    append_plain(line, diagnosis->reason);
  }
  g_string_append_c(line, '\n');
  if (diagnosis->remedy[0] != '\0')
    append_remedy(line, check, diagnosis->remedy, seen);
  return fputs(line->str, stdout) >= 0 && fflush(stdout) == 0;
}

static bool
print_document(bool works, const struct utsname *system, json_t *results)
{
  json_t *document = json_pack("{s:b, s:s, s:o, s:o, s:o}", "works", works, "hutch",
                               PACKAGE_VERSION, "kernel", record_filled(system->release), "machine",
                               record_filled(system->machine), "checks", results);

  return record_write(STDOUT_FILENO, document, false) == 0;
}

static bool
print_beginning(const struct utsname *system)
{
  return printf("hutch %s, Linux %s, %s\n", PACKAGE_VERSION,
                system->release[0] ? system->release : "of an unknown release",
                system->machine[0] ? system->machine : "an unknown machine") >= 0;
}

static bool
print_end(bool works)
{
  return puts(works ? "Sandboxes work here." : "No sandbox can be built here.") >= 0 &&
         fflush(stdout) == 0;
}

int
doctor_run(bool is_json)
{
  const char *no_color = getenv("NO_COLOR");
  bool is_colored = !(no_color && no_color[0] != '\0') && isatty(STDOUT_FILENO);
  g_autofree struct diagnosis *diagnosis = g_new(struct diagnosis, 1);
  g_autoptr(GHashTable) seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
  json_t *results = json_array();
  struct utsname system = {0};
  bool works = false;

  if (uname(&system) < 0)
    memset(&system, 0, sizeof system);
  bool is_told = is_json || print_beginning(&system);
  for (size_t i = 0; i < G_N_ELEMENTS(checks); i++) {
    examine(&checks[i], diagnosis);
    works = works || (i == 0 && diagnosis->state == STATE_OK);
    json_array_append_new(results, as_object(&checks[i], diagnosis));
    if (!is_json)
      is_told = print_text(&checks[i], diagnosis, is_colored, seen) && is_told;
  }
  if (is_json)
    is_told = print_document(works, &system, results);
  else
    is_told = print_end(works) && is_told;
  if (!is_json)
    json_decref(results);
  if (!is_told)
    fprintf(stderr, "hutch: write the report: %s\n", g_strerror(errno));
  return works && is_told ? EXIT_SUCCESS : EXIT_FAILURE;
}
