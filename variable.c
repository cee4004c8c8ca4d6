/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "variable.h"

#include <limits.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
  NESTING_MAX = 8, /* of defaults in defaults */
};

static int
refuse(struct profile_problem *problem, enum profile_trouble trouble, char *text)
{
  problem->trouble = trouble;
  problem->text = text;
  return -1;
}

/* --- names of hutch's own --------------------------------------------------- */

static char *
current_directory(void)
{
  char path[PATH_MAX];

  return getcwd(path, sizeof path) && path[0] == '/' ? g_strdup(path) : NULL;
}

/* PATH in its simplest form, or NULL if it is not absolute. Two slashes at its beginning,
 * which GLib would keep, mean nothing here. */
static char *
simplify(const char *path)
{
  return path && path[0] == '/' ? g_canonicalize_filename(path + strspn(path, "/") - 1, "/") : NULL;
}

/* What a profile covers must be a place of its own, and "/" is none. */
static char *
home_directory(void)
{
  g_autofree char *path = simplify(getenv("HOME"));

  return path && strcmp(path, "/") != 0 ? g_steal_pointer(&path) : NULL;
}

static char *
runtime_directory(void)
{
  char *path = simplify(getenv("XDG_RUNTIME_DIR"));

  return path ? path : g_strdup_printf("/run/user/%u", (unsigned)geteuid());
}

/* Whether OUTER is INNER, or a directory above it. */
static bool
holds(const char *outer, const char *inner)
{
  char *real = realpath(inner, NULL);
  const char *path = real ? real : inner;
  size_t length = strcmp(outer, "/") == 0 ? 0 : strlen(outer);
  bool result = strncmp(path, outer, length) == 0 && (path[length] == '\0' || path[length] == '/');

  free(real);
  return result;
}

/* Takes PATH over. To hand out a directory that holds the user's home, the system or what
 * all share would be to hand out much more than a project. */
static char *
project_only(char *path, struct profile_problem *problem)
{
  g_autofree char *home = home_directory(), *runtime = runtime_directory();
  const char *const places[] = {runtime, "/home", "/root", "/tmp",  "/var/tmp", "/run",
                                "/etc",  "/usr",  "/dev",  "/proc", "/sys",     home};

  for (size_t i = 0; path && i < G_N_ELEMENTS(places); i++)
    if (places[i] && holds(path, places[i])) {
      refuse(problem, PROFILE_VARIABLE,
             g_strdup_printf("the directory %s, which it would hand out, holds %s: a project needs "
                             "a directory of its own",
                             path, places[i]));
      g_free(path);
      return NULL;
    }
  return path;
}

static char *
project(struct profile_problem *problem)
{
  return project_only(current_directory(), problem);
}

static char *
project_name(struct profile_problem *problem)
{
  g_autofree char *path = project(problem);

  return path ? g_path_get_basename(path) : NULL;
}

static char *
project_parent(struct profile_problem *problem)
{
  g_autofree char *path = current_directory();

  return path ? project_only(g_path_get_dirname(path), problem) : NULL;
}

static char *
cwd(struct profile_problem *problem)
{
  (void)problem;
  return current_directory();
}

static char *
home(struct profile_problem *problem)
{
  (void)problem;
  return home_directory();
}

static char *
runtime(struct profile_problem *problem)
{
  (void)problem;
  return runtime_directory();
}

static char *
uid(struct profile_problem *problem)
{
  (void)problem;
  return g_strdup_printf("%u", (unsigned)geteuid());
}

static char *
gid(struct profile_problem *problem)
{
  (void)problem;
  return g_strdup_printf("%u", (unsigned)getegid());
}

static const struct {
  const char *name;
  char *(*value)(struct profile_problem *problem);
} own[] = {
    {"cwd", cwd},
    {"home", home},
    {"runtime", runtime},
    {"uid", uid},
    {"gid", gid},
    {"project", project},
    {"project_name", project_name},
    {"project_parent", project_parent},
};

/* NULL for none; then *PROBLEM may say why there must be none. */
static char *
value_of(const char *name, struct profile_problem *problem)
{
  for (size_t i = 0; i < G_N_ELEMENTS(own); i++)
    if (strcmp(name, own[i].name) == 0)
      return own[i].value(problem);
  return g_strdup(getenv(name));
}

/* --- replacing --------------------------------------------------------------- */

/* A text on its way to what it stands for. */
struct expansion {
  const char *at;
  GString *text;
  bool is_skipped[NESTING_MAX]; /* each default that is being read, and if it counts */
  int nesting;
  int skipped; /* how many of them do not */
  struct profile_problem *problem;
};

static void
put(struct expansion *expansion, const char *text, size_t length)
{
  if (expansion->skipped == 0)
    g_string_append_len(expansion->text, text, (gssize)length);
}

static int
refuse_syntax(struct expansion *expansion)
{
  return refuse(expansion->problem, PROFILE_SYNTAX,
                g_strdup("a dollar sign begins ${NAME} or ${NAME:-DEFAULT}, or is written $$"));
}

/* What follows up to a brace counts if there is no VALUE. */
static int
begin_default(struct expansion *expansion, const char *value)
{
  bool has_value = value && value[0] != '\0';

  if (expansion->nesting == NESTING_MAX)
    return refuse_syntax(expansion);
  if (has_value)
    put(expansion, value, strlen(value));
  expansion->is_skipped[expansion->nesting++] = has_value;
  expansion->skipped += has_value;
  return 0;
}

static void
end_default(struct expansion *expansion)
{
  expansion->skipped -= expansion->is_skipped[--expansion->nesting];
  expansion->at++;
}

/* Reads what stands behind "${"; of one with a default, up to the default. */
static int
expand_variable(struct expansion *expansion)
{
  size_t length = strspn(expansion->at, G_CSET_A_2_Z G_CSET_a_2_z G_CSET_DIGITS "_");
  g_autofree char *name = g_strndup(expansion->at, length);
  g_autofree char *value = NULL;

  if (length == 0 || g_ascii_isdigit(name[0]))
    return refuse_syntax(expansion);
  expansion->at += length;
  if (expansion->skipped == 0)
    value = value_of(name, expansion->problem);
  if (expansion->problem->trouble != PROFILE_FINE)
    return -1;
  if (g_str_has_prefix(expansion->at, ":-")) {
    expansion->at += strlen(":-");
    return begin_default(expansion, value);
  }
  if (*expansion->at++ != '}')
    return refuse_syntax(expansion);
  if (!value && expansion->skipped == 0)
    return refuse(expansion->problem, PROFILE_VARIABLE, g_strdup_printf("%s has no value", name));
  if (value)
    put(expansion, value, strlen(value));
  return 0;
}

static int
expand_dollar(struct expansion *expansion)
{
  switch (expansion->at[1]) {
  case '$':
    put(expansion, "$", 1);
    expansion->at += strlen("$$");
    return 0;
  case '{':
    expansion->at += strlen("${");
    return expand_variable(expansion);
  default:
    return refuse_syntax(expansion);
  }
}

static int
expand(struct expansion *expansion)
{
  while (*expansion->at != '\0')
    if (*expansion->at == '}' && expansion->nesting > 0)
      end_default(expansion);
    else if (*expansion->at != '$')
      put(expansion, expansion->at++, 1);
    else if (expand_dollar(expansion) < 0)
      return -1;
  return expansion->nesting > 0 ? refuse_syntax(expansion) : 0;
}

char *
variable_expand(const char *text, struct profile_problem *problem)
{
  struct expansion expansion = {.at = text, .text = g_string_new(NULL), .problem = problem};
  bool is_done = expand(&expansion) == 0;
  char *result = g_string_free(expansion.text, !is_done);

  return is_done ? result : NULL;
}
