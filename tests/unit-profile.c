/* Profiles: a file in, words or what is wrong with it out.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "profile.h"
#include "variable.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char directory[] = "/tmp/hutch-unit-profile.XXXXXX";

/* The profile NAME in the test's directory, with TEXT; its path is to be freed. */
static char *
write_profile(const char *name, const char *text, gssize size)
{
  char *path = g_build_filename(directory, name, NULL);

  g_assert_true(g_file_set_contents(path, text, size, NULL));
  g_assert_cmpint(chmod(path, 0644), ==, 0);
  return path;
}

static struct profile *
open_text(const char *text)
{
  g_autofree char *path = write_profile("text", text, -1);
  struct profile_problem problem = {0};
  struct profile *profile = profile_open(path, NULL, &problem);

  g_assert_cmpstr(problem.text, ==, NULL);
  g_assert_nonnull(profile);
  return profile;
}

/* The words of the next line with a blank between them are TEXT, and stand in line NUMBER. */
static void
assert_line(struct profile *profile, int number, const char *text)
{
  g_autofree char *origin = g_strdup_printf("%s:%d", profile->path, number);
  struct profile_problem problem = {0};
  struct profile_line line;

  g_assert_cmpint(profile_read_line(profile, &line, &problem), ==, 1);
  g_autofree char *words = g_strjoinv("|", line.words);
  g_assert_cmpstr(words, ==, text);
  g_assert_cmpint(line.count, ==, g_strv_length(line.words));
  g_assert_cmpstr(line.origin, ==, origin);
}

static void
assert_end(struct profile *profile)
{
  struct profile_problem problem = {0};
  struct profile_line line;

  g_assert_cmpint(profile_read_line(profile, &line, &problem), ==, 0);
}

static void
assert_trouble(const char *text, int number, enum profile_trouble trouble)
{
  struct profile *profile = open_text(text);
  g_autofree char *origin = g_strdup_printf("%s:%d", profile->path, number);
  struct profile_problem problem = {0};
  struct profile_line line;
  int result;

  while ((result = profile_read_line(profile, &line, &problem)) > 0)
    ;
  g_assert_cmpint(result, ==, -1);
  g_assert_cmpint(problem.trouble, ==, trouble);
  g_assert_cmpstr(line.origin, ==, origin);
  g_assert_cmpint(line.count, >, 0);
  g_assert_nonnull(problem.text);
  g_free(problem.text);
}

static void
assert_refused(const char *operand, const struct profile *includer, enum profile_trouble trouble)
{
  struct profile_problem problem = {0};

  g_assert_null(profile_open(operand, includer, &problem));
  g_assert_cmpint(problem.trouble, ==, trouble);
  g_assert_nonnull(problem.text);
  g_free(problem.text);
}

static void
test_lines(void)
{
  struct profile *profile = open_text("# a comment\n"
                                      "#\n"
                                      "--proc /proc\n"
                                      "   \t\n"
                                      "  --dev /dev  # another\r\n"
                                      "--perms 0700 --tmpfs /a#b\n"
                                      "--dir /c #\n"
                                      "--dir /last#");

  assert_line(profile, 3, "--proc|/proc");
  assert_line(profile, 5, "--dev|/dev");
  assert_line(profile, 6, "--perms|0700|--tmpfs|/a#b");
  assert_line(profile, 7, "--dir|/c");
  assert_line(profile, 8, "--dir|/last#");
  assert_end(profile);
  assert_end(profile);
  assert_end(open_text(""));
}

static void
test_quotes(void)
{
  struct profile *profile = open_text("--dir '/a b' \"c d\" e\\ f g'h'\"i\"\n"
                                      "--setenv X ''\n"
                                      "--setenv X \"\\\"\"\n");

  assert_line(profile, 1, "--dir|/a b|c d|e f|ghi");
  assert_line(profile, 2, "--setenv|X|");
  assert_line(profile, 3, "--setenv|X|\"");
  assert_trouble("--proc /proc\n--dir '/a\n", 2, PROFILE_SYNTAX);
  assert_trouble("--dir \"/a", 1, PROFILE_SYNTAX);
  assert_trouble("--dir /a\\", 1, PROFILE_SYNTAX);
  assert_trouble("--dir /\xff\n", 1, PROFILE_SYNTAX);
}

static void
test_values_stay_words(void)
{
  g_setenv("HUTCH_TEST", "a 'b\" # $x ${HUTCH_TEST} \\", TRUE);
  struct profile *profile = open_text("--setenv X ${HUTCH_TEST} '${HUTCH_TEST}'\n"
                                      "--setenv ${HUTCH_TEST_UNSET:-} y\n");

  assert_line(profile, 1, "--setenv|X|a 'b\" # $x ${HUTCH_TEST} \\|a 'b\" # $x ${HUTCH_TEST} \\");
  assert_line(profile, 2, "--setenv||y");
  g_unsetenv("HUTCH_TEST");
  assert_trouble("\n\n--dir ${HUTCH_TEST}\n", 3, PROFILE_VARIABLE);
}

static void
assert_expands(const char *text, const char *wanted)
{
  struct profile_problem problem = {0};
  g_autofree char *got = variable_expand(text, &problem);

  g_assert_cmpstr(problem.text, ==, NULL);
  g_assert_cmpstr(got, ==, wanted);
}

static void
assert_not_expanded(const char *text, enum profile_trouble trouble)
{
  struct profile_problem problem = {0};

  g_assert_null(variable_expand(text, &problem));
  g_assert_cmpint(problem.trouble, ==, trouble);
  g_free(problem.text);
}

static void
test_variables(void)
{
  g_setenv("SET", "value", TRUE);
  g_setenv("EMPTY", "", TRUE);
  g_unsetenv("UNSET");

  assert_expands("", "");
  assert_expands("no variable { } }", "no variable { } }");
  assert_expands("${SET}", "value");
  assert_expands("a${SET}b${SET}", "avaluebvalue");
  assert_expands("<${EMPTY}>", "<>");
  assert_expands("${SET:-x}", "value");
  assert_expands("${EMPTY:-x}", "x");
  assert_expands("${UNSET:-x y}z", "x yz");
  assert_expands("${UNSET:-}", "");
  assert_expands("${UNSET:-${EMPTY:-a${SET}b}c}d", "avaluebcd");
  assert_expands("${SET:-${UNSET}${EMPTY:-$$}}!", "value!");
  assert_expands("$$$${SET}$$", "$${SET}$");
  assert_not_expanded("${UNSET}", PROFILE_VARIABLE);
  assert_not_expanded("${EMPTY:-${UNSET}}", PROFILE_VARIABLE);
  assert_not_expanded("${UNSET:-${UNSET:-${UNSET}}}", PROFILE_VARIABLE);
}

static void
test_dollars(void)
{
  static const char *const wrong[] = {"$",        "$SET",      "a$ b",          "${}",
                                      "${SET",    "${SET:-",   "${SET:-${SET}", "${1}",
                                      "${SET-x}", "${SET:=x}", "${SE T}",       "${SET:-$}"};

  g_setenv("SET", "value", TRUE);
  for (size_t i = 0; i < G_N_ELEMENTS(wrong); i++)
    assert_not_expanded(wrong[i], PROFILE_SYNTAX);
  g_autofree char *deep = g_strdup("");
  for (int i = 0; i < 9; i++) {
    char *deeper = g_strconcat("${UNSET:-", deep, "}", NULL);
    g_free(deep);
    deep = deeper;
  }
  assert_not_expanded(deep, PROFILE_SYNTAX);
}

static void
test_own_names(void)
{
  g_autofree char *id = g_strdup_printf("%u:%u", (unsigned)geteuid(), (unsigned)getegid());
  g_autofree char *below = g_build_filename(directory, "below", NULL);
  g_autofree char *runtime = g_strdup_printf("/run/user/%u", (unsigned)geteuid());

  g_assert_cmpint(mkdir(below, 0700), ==, 0);
  g_assert_cmpint(chdir(below), ==, 0);
  g_setenv("HOME", "/nowhere//x/", TRUE);
  g_setenv("XDG_RUNTIME_DIR", "/run/x", TRUE);
  g_setenv("uid", "environment", TRUE);
  assert_expands("${uid}:${gid}", id);
  assert_expands("${cwd}", below);
  assert_expands("${home}", "/nowhere/x");
  assert_expands("${runtime}", "/run/x");
  assert_expands("${project}", below);
  assert_expands("${project_name}", "below");
  assert_expands("${project_parent}", directory);
  g_unsetenv("XDG_RUNTIME_DIR");
  assert_expands("${runtime}", runtime);
  g_unsetenv("uid");
}

static void
test_homes(void)
{
  g_setenv("HOME", "relative", TRUE);
  assert_not_expanded("${home}", PROFILE_VARIABLE);
  assert_expands("${home:-/x}", "/x");
  g_setenv("HOME", "//", TRUE);
  assert_not_expanded("${home}", PROFILE_VARIABLE);
  g_unsetenv("HOME");
  assert_not_expanded("${home}", PROFILE_VARIABLE);
}

static void
test_projects(void)
{
  static const char *const wide[] = {"/", "/etc", "/usr", "/tmp", "/proc", "/dev", "/var/tmp"};

  g_setenv("HOME", directory, TRUE);
  g_assert_cmpint(chdir(directory), ==, 0);
  assert_expands("${cwd}", directory);
  assert_not_expanded("${project}", PROFILE_VARIABLE);
  assert_not_expanded("${project:-/x}", PROFILE_VARIABLE);
  assert_not_expanded("${project_name}", PROFILE_VARIABLE);
  assert_not_expanded("${project_parent}", PROFILE_VARIABLE);
  g_assert_cmpint(chdir("below"), ==, 0);
  g_assert_nonnull(variable_expand("${project}", &(struct profile_problem){0}));
  assert_not_expanded("${project_parent}", PROFILE_VARIABLE);
  assert_expands("${SET:-${project_parent}}", "value");
  for (size_t i = 0; i < G_N_ELEMENTS(wide); i++) {
    g_assert_cmpint(chdir(wide[i]), ==, 0);
    assert_not_expanded("${project}", PROFILE_VARIABLE);
  }
  g_assert_cmpint(chdir(directory), ==, 0);
}

static void
test_inclusion(void)
{
  g_autofree char *outer = write_profile("outer", "", 0), *inner = write_profile("inner", "", 0);
  struct profile_problem problem = {0};
  struct profile *profile = profile_open(outer, NULL, &problem);

  g_assert_cmpint(chdir("/"), ==, 0);
  struct profile *included = profile_open("./inner", profile, &problem);
  g_assert_nonnull(included);
  g_assert_cmpstr(included->real, ==, inner);
  assert_refused("./inner", NULL, PROFILE_MISSING);
  assert_refused("./none", profile, PROFILE_MISSING);
  assert_refused(outer, profile, PROFILE_LOOP);
  assert_refused("./outer", included, PROFILE_LOOP);
  assert_refused("./inner", included, PROFILE_LOOP);
  g_assert_nonnull(profile_open("./inner", profile, &problem));
}

static void
test_lookup(void)
{
  g_autofree char *place = g_build_filename(directory, "config", "hutch", "profiles", NULL);
  g_autofree char *path = g_build_filename(place, "named", NULL);
  struct profile_problem problem = {0};

  g_assert_cmpint(g_mkdir_with_parents(place, 0700), ==, 0);
  g_assert_true(g_file_set_contents(path, "", 0, NULL));
  g_assert_cmpint(chmod(path, 0600), ==, 0);
  g_autofree char *config = g_build_filename(directory, "config", NULL);
  g_setenv("XDG_CONFIG_HOME", config, TRUE);
  struct profile *profile = profile_open("named", NULL, &problem);
  g_assert_nonnull(profile);
  g_assert_cmpstr(profile->path, ==, path);
  assert_refused("", NULL, PROFILE_MISSING);
  assert_refused("no-such-profile-here", NULL, PROFILE_MISSING);
  g_setenv("XDG_CONFIG_HOME", "config", TRUE);
  g_unsetenv("HOME");
  assert_refused("named", NULL, PROFILE_MISSING);
  g_unsetenv("XDG_CONFIG_HOME");
}

static void
test_trust(void)
{
  g_autofree char *path = write_profile("modes", "", 0);
  g_autofree char *fifo = g_build_filename(directory, "fifo", NULL);
  static const mode_t unsafe[] = {0664, 0646, 0666, 0620};

  for (size_t i = 0; i < G_N_ELEMENTS(unsafe); i++) {
    g_assert_cmpint(chmod(path, unsafe[i]), ==, 0);
    assert_refused(path, NULL, PROFILE_UNSAFE);
  }
  g_assert_cmpint(chmod(path, 0644), ==, 0);
  g_assert_cmpint(chmod(directory, 0770), ==, 0);
  assert_refused(path, NULL, PROFILE_UNSAFE);
  g_assert_cmpint(chmod(directory, 01777), ==, 0);
  assert_refused(path, NULL, PROFILE_UNSAFE);
  g_assert_cmpint(chmod(directory, 0700), ==, 0);
  g_assert_nonnull(profile_open(path, NULL, &(struct profile_problem){0}));
  /* Only root can give files away. */
  if (chown(path, 12345, (gid_t)-1) == 0) {
    assert_refused(path, NULL, PROFILE_UNSAFE);
    g_assert_cmpint(chown(path, 0, (gid_t)-1), ==, 0);
    g_assert_cmpint(chown(directory, 12345, (gid_t)-1), ==, 0);
    assert_refused(path, NULL, PROFILE_UNSAFE);
    g_assert_cmpint(chown(directory, 0, (gid_t)-1), ==, 0);
  }
  g_assert_cmpint(mkfifo(fifo, 0600), ==, 0);
  assert_refused(fifo, NULL, PROFILE_UNSAFE);
  assert_refused("/dev/null", NULL, PROFILE_UNSAFE);
  assert_refused(directory, NULL, PROFILE_UNSAFE);
}

static void
test_bounds(void)
{
  g_autofree char *text = g_strnfill(PROFILE_BYTES_MAX + 1, '#');
  g_autofree char *large = write_profile("large", text, PROFILE_BYTES_MAX);
  g_autofree char *larger = write_profile("larger", text, PROFILE_BYTES_MAX + 1);
  g_autofree char *bytes = write_profile("bytes", "--dir /a\0--dir /b", 18);

  g_assert_nonnull(profile_open(large, NULL, &(struct profile_problem){0}));
  assert_refused(larger, NULL, PROFILE_SYNTAX);
  assert_refused(bytes, NULL, PROFILE_SYNTAX);
}

int
main(int argc, char **argv)
{
  g_assert_nonnull(mkdtemp(directory));
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/profile/lines", test_lines);
  g_test_add_func("/profile/quotes", test_quotes);
  g_test_add_func("/profile/values-stay-words", test_values_stay_words);
  g_test_add_func("/profile/variables", test_variables);
  g_test_add_func("/profile/dollars", test_dollars);
  g_test_add_func("/profile/own-names", test_own_names);
  g_test_add_func("/profile/homes", test_homes);
  g_test_add_func("/profile/projects", test_projects);
  g_test_add_func("/profile/inclusion", test_inclusion);
  g_test_add_func("/profile/lookup", test_lookup);
  g_test_add_func("/profile/trust", test_trust);
  g_test_add_func("/profile/bounds", test_bounds);
  int status = g_test_run();
  g_autofree char *remove = g_strconcat("rm -rf ", directory, NULL);
  return g_spawn_command_line_sync(remove, NULL, NULL, NULL, NULL) ? status : 1;
}
