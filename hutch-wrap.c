/* hutch-wrap: makes the launchers of a desktop start an application in a sandbox.
 *
 * It puts an entry into the user's own directory, in front of the system's of the same id. A
 * program of its own, as hutch knows nothing of desktops. It should read entries, ask hutch whether
 * the options are any good, and write what can be taken back; it must not touch what it did not
 * write, unless it is told to keep that elsewhere.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "desktop-entry.h"
#include "desktop-exec.h"
#include "desktop-place.h"
#include "desktop-run.h"
#include "record.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { STATUS_USAGE = 2 };

#define SAVED_SUFFIX ".before-hutch"

/* What the words ask for. */
struct request {
  char **applications; /* one, or none with --list */
  char *profile;
  char *files;
  char **options; /* of hutch */
  gboolean force, is_json, list, print, remove, version;
};

/* An entry to be wrapped, or no longer. */
struct target {
  char *id;
  char *path;      /* of the wrapped entry */
  char *saved;     /* of the user's own that it stands in the place of, if any */
  char *given;     /* the path that was given, or NULL */
  char *own;       /* where the application's entry is now */
  bool is_wrapped; /* PATH is hutch-wrap's */
  bool is_foreign; /* PATH is something else */
  bool is_saved;   /* SAVED is there */
};

static int __attribute__((format(printf, 1, 2))) fail(const char *format, ...)
{
  va_list arguments;

  va_start(arguments, format);
  g_autofree char *text = g_strdup_vprintf(format, arguments);
  va_end(arguments);
  fprintf(stderr, "hutch-wrap: %s\n", text);
  return EXIT_FAILURE;
}

/* The same for a PROBLEM of another room, which it frees. */
static int
fail_with(char *problem)
{
  int status = fail("%s", problem);

  g_free(problem);
  return status;
}

/* --- which entry ----------------------------------------------------------- */

static bool
is_there(const char *path)
{
  struct stat status;

  return lstat(path, &status) == 0;
}

/* A link is not hutch-wrap's, wherever it leads. */
static bool
is_wrapped(const char *path)
{
  struct stat status;
  char *problem = NULL;

  if (lstat(path, &status) < 0 || !S_ISREG(status.st_mode))
    return false;
  g_autoptr(GKeyFile) entry = entry_load(path, &problem);
  g_free(problem);
  return entry && entry_is_wrapped(entry);
}

/* A word with a slash is a path, another an id; both may lack the suffix. */
static void
read_application(struct target *target, const char *word)
{
  g_autofree char *longer = g_strconcat(word, PLACE_SUFFIX, NULL);
  bool is_short = !is_there(word) && !g_str_has_suffix(word, PLACE_SUFFIX);

  if (strchr(word, '/')) {
    target->given = g_canonicalize_filename(is_short ? longer : word, NULL);
    target->id = place_id(target->given);
  } else {
    target->id = g_strdup(word);
    if (g_str_has_suffix(word, PLACE_SUFFIX))
      target->id[strlen(word) - strlen(PLACE_SUFFIX)] = '\0';
  }
}

static int
find_target(struct target *target, const char *word)
{
  char *problem = NULL;

  read_application(target, word);
  if (!place_is_id(target->id))
    return fail("%s: is no id of a desktop entry", word);
  g_autofree char *directory = place_directory(&problem);
  if (!directory)
    return fail_with(problem);
  g_autofree char *name = g_strconcat(target->id, PLACE_SUFFIX, NULL);
  target->path = g_build_filename(directory, name, NULL);
  target->saved = g_strconcat(target->path, SAVED_SUFFIX, NULL);
  target->is_wrapped = is_wrapped(target->path);
  target->is_foreign = !target->is_wrapped && is_there(target->path);
  target->is_saved = is_there(target->saved);
  g_autofree char *other = place_search(directory, target->id, target->path);
  if (other)
    return fail("%s: has the same id as %s would have", other, target->path);
  return EXIT_SUCCESS;
}

/* Finds the application's own entry. What the user has made comes before the system's. */
static int
find_own(struct target *target, const struct request *request)
{
  if (target->is_foreign && !request->force && !request->print)
    return fail("%s: is not hutch-wrap's own: --force keeps it as %s" SAVED_SUFFIX, target->path,
                target->path);
  if (target->is_foreign && target->is_saved && !request->print)
    return fail("%s: is there already, from an earlier --force", target->saved);
  if (target->given && g_strcmp0(target->given, target->path) != 0)
    target->own = g_strdup(target->given);
  else if (target->is_foreign)
    target->own = g_strdup(target->path);
  else if (target->is_wrapped && target->is_saved)
    target->own = g_strdup(target->saved);
  else
    target->own = place_search_system(target->id);
  if (!target->own)
    return fail("%s: no directory of XDG_DATA_DIRS has applications/%s" PLACE_SUFFIX, target->id,
                target->id);
  return EXIT_SUCCESS;
}

static void
free_target(struct target *target)
{
  g_free(target->id);
  g_free(target->path);
  g_free(target->saved);
  g_free(target->given);
  g_free(target->own);
}

/* --- what hutch says of the options ------------------------------------------ */

/* What no launcher could hand on. */
static int
check_text(const char *what, const char *text)
{
  if (!g_utf8_validate(text, -1, NULL))
    return fail("%s: %s: is not UTF-8", what, text);
  for (const char *at = text; *at != '\0'; at++)
    if (g_ascii_iscntrl(*at))
      return fail("%s: %s: no desktop entry holds control characters", what, text);
  return EXIT_SUCCESS;
}

/* ... and what starts no application. */
static int
check_words(const struct wrapping *wrapping)
{
  static const char options[] = "the options of hutch";

  if (check_text("the profile", wrapping->profile) != EXIT_SUCCESS ||
      check_text("the application's own entry", wrapping->source) != EXIT_SUCCESS ||
      check_text("hutch-wrap", wrapping->runner) != EXIT_SUCCESS)
    return EXIT_FAILURE;
  for (char **option = wrapping->options; *option; option++) {
    if (check_text(options, *option) != EXIT_SUCCESS)
      return EXIT_FAILURE;
    if (g_str_has_prefix(*option, EXEC_MARK_PREFIX))
      return fail("%s: %s is a word of hutch-wrap's own", options, *option);
    if (g_str_has_prefix(*option, "--print-plan"))
      return fail("%s: %s: starts no application", options, *option);
  }
  return EXIT_SUCCESS;
}

/* Launchers start applications in a directory of their choice. */
static int
check_sources(const json_t *plan)
{
  size_t index = 0;
  json_t *operation = NULL;

  json_array_foreach(json_object_get(plan, "operations"), index, operation)
  {
    const char *kind = json_string_value(json_object_get(operation, "kind"));
    const char *source = json_string_value(json_object_get(operation, "source"));
    if (source && source[0] != '/' && g_strcmp0(kind, "symlink") != 0)
      return fail("the options of hutch: %s: has to be an absolute path, as launchers start "
                  "applications anywhere",
                  source);
  }
  return EXIT_SUCCESS;
}

static int
check_plan(const char *text)
{
  json_t *plan = json_loads(text, 0, NULL);
  const json_t *command = json_object_get(plan, "command");
  const char *word = json_string_value(json_array_get(command, 0));
  int status = EXIT_SUCCESS;

  if (json_array_size(command) != 1 || g_strcmp0(word, "true") != 0)
    status = fail("the options of hutch: would start something else than the application");
  else
    status = check_sources(plan);
  json_decref(plan);
  return status;
}

/* Asks hutch itself, with "true" for the command, from where a launcher would start it. */
static int
check_options(const struct wrapping *wrapping, GKeyFile *entry)
{
  g_autofree char *hutch = run_find_hutch();
  g_autofree char *profile = g_strconcat("--profile=", wrapping->profile, NULL);
  g_autofree char *directory =
      g_key_file_get_string(entry, G_KEY_FILE_DESKTOP_GROUP, G_KEY_FILE_DESKTOP_KEY_PATH, NULL);
  g_autofree char *out = NULL, *err = NULL;
  g_autoptr(GError) error = NULL;
  g_autoptr(GPtrArray) argv = g_ptr_array_new();
  g_auto(GStrv) environment = run_name_application(g_get_environ(), wrapping->id);
  int ended = 0;

  if (!hutch || check_words(wrapping) != EXIT_SUCCESS)
    return EXIT_FAILURE;
  g_ptr_array_add(argv, hutch);
  g_ptr_array_add(argv, (char *)"--print-plan=json");
  g_ptr_array_add(argv, profile);
  for (char **option = wrapping->options; *option; option++)
    g_ptr_array_add(argv, *option);
  g_ptr_array_add(argv, (char *)"--");
  g_ptr_array_add(argv, (char *)"true");
  g_ptr_array_add(argv, NULL);
  const char *start = directory && directory[0] == '/' ? directory : getenv("HOME");
  if (!start || !g_file_test(start, G_FILE_TEST_IS_DIR))
    start = "/";
  if (!g_spawn_sync(start, (char **)argv->pdata, environment, G_SPAWN_DEFAULT, NULL, NULL, &out,
                    &err, &ended, &error))
    return fail("%s", error->message);
  if (ended == 0)
    return check_plan(out);
  fputs(err, stderr);
  return fail("hutch does not take the profile and the options");
}

/* --- wrap -------------------------------------------------------------------- */

/* The path of this program by which launchers are to find it: one along PATH outlives upgrades that
 * put each version in a place of its own. */
static char *
find_runner(void)
{
  g_autofree char *usual = g_find_program_in_path("hutch-wrap");
  struct stat named, self;

  if (usual && usual[0] == '/' && stat(usual, &named) == 0 && stat("/proc/self/exe", &self) == 0 &&
      named.st_dev == self.st_dev && named.st_ino == self.st_ino)
    return g_steal_pointer(&usual);
  return g_file_read_link("/proc/self/exe", NULL);
}

static int
write_entry(const struct target *target, const char *text)
{
  char *problem = NULL;
  g_autofree char *old = NULL;
  g_autofree char *directory = g_path_get_dirname(target->path);

  if (target->is_wrapped && g_file_get_contents(target->path, &old, NULL, NULL) &&
      strcmp(old, text) == 0)
    return puts(target->path) < 0;
  if (place_write(target->path, text, target->is_wrapped || target->is_foreign,
                  target->is_foreign ? target->saved : NULL, &problem) < 0)
    return fail_with(problem);
  place_refresh(directory);
  return puts(target->path) < 0;
}

/* Where the application's entry is going to be. */
static const char *
source_of(const struct target *target)
{
  return strcmp(target->own, target->path) == 0 ? target->saved : target->own;
}

static int
wrap_target(const struct request *request, const struct target *target, struct wrapping *wrapping)
{
  char *problem = NULL;
  g_autoptr(GPtrArray) notes = g_ptr_array_new_with_free_func(g_free);
  g_autoptr(GKeyFile) entry = entry_load(target->own, &problem);

  wrapping->id = target->id;
  wrapping->path = target->own;
  wrapping->source = source_of(target);
  if (!entry || entry_wrap(entry, wrapping, notes, &problem) < 0)
    return fail_with(problem);
  if (check_options(wrapping, entry) != EXIT_SUCCESS)
    return EXIT_FAILURE;
  for (guint i = 0; i < notes->len; i++)
    fail("%s: %s", target->own, (const char *)notes->pdata[i]);
  g_autofree char *text = g_key_file_to_data(entry, NULL, NULL);
  return request->print ? fputs(text, stdout) < 0 : write_entry(target, text);
}

static int
read_files(const char *word, enum files *files)
{
  for (*files = 0; *files < FILES_COUNT; ++*files)
    if (!word || strcmp(word, files_names[*files]) == 0)
      return EXIT_SUCCESS;
  fail("--files %s: none of ro, rw, none", word);
  return STATUS_USAGE;
}

static int
wrap(const struct request *request)
{
  struct target target = {0};
  g_autofree char *runner = find_runner();
  g_autofree char *profile = NULL;
  struct wrapping wrapping = {.options = request->options, .runner = runner};
  int status = read_files(request->files, &wrapping.files);

  if (request->profile && strchr(request->profile, '/'))
    profile = g_canonicalize_filename(request->profile, NULL);
  else
    profile = g_strdup(request->profile ? request->profile : "desktop");
  wrapping.profile = profile;
  if (status == EXIT_SUCCESS && !runner)
    status = fail("/proc/self/exe: %s", g_strerror(errno));
  if (status == EXIT_SUCCESS)
    status = find_target(&target, request->applications[0]);
  if (status == EXIT_SUCCESS)
    status = find_own(&target, request);
  if (status == EXIT_SUCCESS)
    status = wrap_target(request, &target, &wrapping);
  free_target(&target);
  return status;
}

/* --- remove ------------------------------------------------------------------ */

static int
remove_entry(const struct request *request)
{
  struct target target = {0};
  char *problem = NULL;
  int status = find_target(&target, request->applications[0]);

  if (status == EXIT_SUCCESS && !target.is_wrapped)
    status = target.is_foreign ? fail("%s: is not hutch-wrap's own", target.path)
                               : fail("%s: is not wrapped", target.id);
  if (status == EXIT_SUCCESS &&
      place_remove(target.path, target.is_saved ? target.saved : NULL, &problem) < 0)
    status = fail_with(problem);
  if (status == EXIT_SUCCESS) {
    g_autofree char *directory = g_path_get_dirname(target.path);
    place_refresh(directory);
  }
  free_target(&target);
  return status;
}

/* --- list -------------------------------------------------------------------- */

static json_t *
value_of(GKeyFile *entry, const char *key)
{
  g_autofree char *value = g_key_file_get_string(entry, G_KEY_FILE_DESKTOP_GROUP, key, NULL);

  return record_string(value);
}

/* What one wrapped entry is, or NULL if PATH is none. */
static json_t *
describe(const char *path)
{
  char *problem = NULL;
  json_t *options = NULL, *source = NULL;
  g_autoptr(GKeyFile) entry = is_wrapped(path) ? entry_load(path, &problem) : NULL;

  g_free(problem);
  if (!entry)
    return NULL;
  g_autofree char *id = place_id(path);
  options = json_array();
  g_auto(GStrv) words =
      g_key_file_get_string_list(entry, G_KEY_FILE_DESKTOP_GROUP, ENTRY_OPTIONS, NULL, NULL);
  for (char **word = words; word && *word; word++)
    json_array_append_new(options, record_string(*word));
  source = value_of(entry, ENTRY_SOURCE);
  const char *there = json_string_value(source);
  return json_pack("{s:o, s:o, s:o, s:b, s:o, s:o, s:o, s:o}", "id", record_string(id), "path",
                   record_string(path), "source", source, "source-exists", there && is_there(there),
                   "profile", value_of(entry, ENTRY_PROFILE), "files", value_of(entry, ENTRY_FILES),
                   "options", options, "version", value_of(entry, ENTRY_VERSION));
}

static int
compare_names(gconstpointer left, gconstpointer right)
{
  return strcmp(*(char *const *)left, *(char *const *)right);
}

/* The paths of all entries in the user's directory, sorted. */
static GPtrArray *
list_paths(const char *directory)
{
  GPtrArray *paths = g_ptr_array_new_with_free_func(g_free);
  GDir *files = g_dir_open(directory, 0, NULL);
  const char *name = NULL;

  while (files && (name = g_dir_read_name(files)))
    if (g_str_has_suffix(name, PLACE_SUFFIX))
      g_ptr_array_add(paths, g_build_filename(directory, name, NULL));
  if (files)
    g_dir_close(files);
  g_ptr_array_sort(paths, compare_names);
  return paths;
}

static void
print_line(const json_t *one)
{
  static const char *const keys[] = {"id", "profile", "source"};

  for (size_t i = 0; i < G_N_ELEMENTS(keys); i++) {
    const char *value = json_string_value(json_object_get(one, keys[i]));
    printf("%s%s", i == 0 ? "" : "\t", value ? value : "?");
  }
  puts(json_is_true(json_object_get(one, "source-exists")) ? "" : "\t(is gone)");
}

static int
list(const struct request *request)
{
  char *problem = NULL;
  g_autofree char *directory = place_directory(&problem);

  if (!directory)
    return fail_with(problem);
  g_autoptr(GPtrArray) paths = list_paths(directory);
  json_t *all = json_array();
  for (guint i = 0; i < paths->len; i++) {
    json_t *one = describe(paths->pdata[i]);
    if (one && !request->is_json)
      print_line(one);
    if (one)
      json_array_append_new(all, one);
  }
  if (!request->is_json)
    json_decref(all);
  else if (record_write(STDOUT_FILENO, all, false) < 0)
    return fail("the standard output: %s", g_strerror(errno));
  return EXIT_SUCCESS;
}

/* --- words -------------------------------------------------------------------- */

static int
fail_usage(const char *text)
{
  fail("%s: see hutch-wrap --help", text);
  return STATUS_USAGE;
}

static int
obey(const struct request *request)
{
  guint count = request->applications ? g_strv_length(request->applications) : 0;
  bool wants_options =
      request->profile || request->files || request->options[0] || request->force || request->print;

  if (request->version)
    return puts("hutch-wrap " PACKAGE_VERSION) < 0;
  if (request->list + request->remove > 1 || ((request->list || request->remove) && wants_options))
    return fail_usage("--list and --remove stand alone");
  if (request->is_json && !request->list)
    return fail_usage("--json is for --list");
  if (count != (request->list ? 0 : 1))
    return fail_usage(request->list ? "--list takes no APP" : "there has to be one APP");
  if (request->list)
    return list(request);
  return request->remove ? remove_entry(request) : wrap(request);
}

/* What stands behind "--" is hutch's, and GLib is not to see it. */
static char **
split_options(int *argc, char **argv)
{
  for (int i = 1; i < *argc; i++)
    if (strcmp(argv[i], "--") == 0) {
      argv[i] = NULL;
      *argc = i;
      return argv + i + 1;
    }
  return argv + *argc;
}

int
main(int argc, char **argv)
{
  struct request request = {0};
  const GOptionEntry entries[] = {
      {"profile", 'p', 0, G_OPTION_ARG_FILENAME, &request.profile,
       "The profile of hutch, by name or path [desktop]", "PROFILE"},
      {"files", 'f', 0, G_OPTION_ARG_FILENAME, &request.files,
       "Show files that are opened read-only, writable, or not [ro]", "ro|rw|none"},
      {"force", 0, 0, G_OPTION_ARG_NONE, &request.force,
       "Keep an entry of the user's own elsewhere, and replace it", NULL},
      {"print", 0, 0, G_OPTION_ARG_NONE, &request.print, "Print the entry and write nothing", NULL},
      {"remove", 0, 0, G_OPTION_ARG_NONE, &request.remove, "Remove what was written for APP", NULL},
      {"list", 0, 0, G_OPTION_ARG_NONE, &request.list, "List what is wrapped", NULL},
      {"json", 0, 0, G_OPTION_ARG_NONE, &request.is_json, "The same as JSON", NULL},
      {"version", 0, 0, G_OPTION_ARG_NONE, &request.version, "Print the version", NULL},
      {G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &request.applications, NULL, NULL},
      G_OPTION_ENTRY_NULL,
  };
  g_autoptr(GError) error = NULL;

  if (argc > 1 && g_str_has_prefix(argv[1], RUN_OPTION))
    return run_application(argv[1] + strlen(RUN_OPTION), argv + 2);
  request.options = split_options(&argc, argv);
  g_autoptr(GOptionContext) context = g_option_context_new("APP [-- OPTIONS OF HUTCH...]");
  g_option_context_set_summary(context,
                               "Makes the launchers of a desktop start an application sandboxed.");
  g_option_context_set_description(
      context, "APP is the id of a desktop entry, or a path that holds a slash.");
  g_option_context_add_main_entries(context, entries, NULL);
  if (!g_option_context_parse(context, &argc, &argv, &error))
    return fail_usage(error->message);
  int status = obey(&request);
  g_strfreev(request.applications);
  g_free(request.profile);
  g_free(request.files);
  if (fflush(stdout) != 0 && status == EXIT_SUCCESS)
    status = fail("the standard output: %s", g_strerror(errno));
  return status;
}
