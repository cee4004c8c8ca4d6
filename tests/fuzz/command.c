/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "tests/fuzz/command.h"

#include "describe.h"
#include "options.h"
#include "remedy.h"
#include "tests/fuzz/fuzz.h"

#include <fcntl.h>
#include <jansson.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static char *profiles; /* the directory */

void
command_prepare(void)
{
  g_autofree char *current = g_get_current_dir();
  g_autofree char *config = g_build_filename(current, "config", NULL);

  fuzz_prepare();
  setenv("XDG_CONFIG_HOME", config, 1);
  profiles = g_build_filename(config, "hutch", "profiles", NULL);
  umask(022);
  fuzz_check(g_mkdir_with_parents(profiles, 0755) == 0, "no directory for profiles");
  for (int fd = COMMAND_FIRST_DATA; fd <= COMMAND_OUTPUT; fd++)
    fuzz_open(fd);
  int directory = open(".", O_PATH | O_DIRECTORY);
  fuzz_check(directory >= 0 && dup2(directory, COMMAND_DIRECTORY) >= 0, "no directory");
  close(directory);
}

void
command_write_profile(const char *name, const char *text, size_t size)
{
  g_autofree char *path = g_build_filename(profiles, name, NULL);
  int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);

  fuzz_check(fd >= 0 && write(fd, text, size) == (ssize_t)size, "no profile");
  close(fd);
}

/* What hutch wrote to descriptors is one JSON document on each line. */
static void
check_documents(void)
{
  g_autofree char *text = NULL;
  gsize size = 0;

  g_autofree char *path = g_strdup_printf("/proc/self/fd/%d", COMMAND_OUTPUT);
  if (!g_file_get_contents(path, &text, &size, NULL))
    return;
  g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
  for (char **line = lines; *line; line++) {
    if (**line == '\0')
      continue;
    json_t *document = json_loads(*line, 0, NULL);
    fuzz_check(json_is_object(document), "what is written is no JSON object");
    json_decref(document);
  }
}

static void
tell_failure(const struct draft *draft, struct plan *plan, const struct failure *failure)
{
  fuzz_check(failure_is_set(failure), "refused without a reason");
  draft_show(draft, plan);
  fuzz_catch();
  remedy_print(plan, failure, plan->persona->status_failed);
  g_autofree char *said = fuzz_caught();
  fuzz_check_printable(said);
  fuzz_check(g_str_has_suffix(said, "\n"), "a line that has no end");
  check_documents();
}

/* What a command line means, and whether it starts nothing; or NULL. */
static char *
read_plan(int argc, char **argv, bool *keeps_host)
{
  struct failure failure = {0};
  struct draft draft;
  struct plan plan = {.persona = persona_find(argv[0])};

  for (int fd = COMMAND_FIRST_DATA; fd <= COMMAND_LAST_DATA; fd++)
    fuzz_rewind(fd);
  fuzz_fill(COMMAND_OUTPUT, NULL, 0);
  draft_init(&draft, plan.persona);
  enum intent intent = options_read(&draft, argc, argv, &failure);
  if (intent == INTENT_FAIL || (intent == INTENT_RUN && plan_seal(&draft, &plan, &failure) < 0)) {
    tell_failure(&draft, &plan, &failure);
    return NULL;
  }
  fuzz_check(!failure_is_set(&failure), "a reason, and nothing is refused");
  if (intent != INTENT_RUN)
    return NULL;
  for (guint i = 0; i < draft.warnings->len; i++) {
    fuzz_catch();
    remedy_warn(&plan, draft.warnings->pdata[i]);
    g_autofree char *said = fuzz_caught();
    fuzz_check_printable(said);
  }
  g_autofree char *text = describe_plan(&plan, FORM_TEXT);
  fuzz_check_printable(text);
  g_autofree char *object = describe_plan(&plan, FORM_JSON);
  json_t *document = json_loads(object, 0, NULL);
  fuzz_check(json_is_object(document), "the plan is no JSON object");
  json_decref(document);
  *keeps_host = plan_keeps_host(&plan);
  return describe_plan(&plan, FORM_ARGS);
}

void
command_read(int argc, char **argv)
{
  g_autofree char *line = NULL, *quiet = NULL, *again = NULL;
  char **words = NULL;
  bool keeps_host = false;
  int count = 0;

  line = read_plan(argc, argv, &keeps_host);
  /* Words that cannot be printed are quoted as GLib does not know it. */
  if (!line || strstr(line, "$'"))
    return;
  /* What is done with a plan is not a part of it: one that is only looked at needs no command. */
  quiet = g_strdup_printf("%s --print-plan args%s", argv[0], line + strlen(argv[0]));
  fuzz_check(g_str_has_prefix(line, argv[0]), "the plan has another name");
  fuzz_check(g_shell_parse_argv(keeps_host ? quiet : line, &count, &words, NULL),
             "the plan is no command line");
  again = read_plan(count, words, &keeps_host);
  fuzz_check(again != NULL, "the plan as a command line is refused");
  fuzz_check(strcmp(line, again) == 0, "the plan as a command line is another plan");
}
