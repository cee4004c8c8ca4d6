/* Sealing: the cross-option rules, and what is prepared for the far side.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "environment.h"
#include "options.h"

#include <linux/sched.h>
#include <string.h>
#include <unistd.h>

struct sealing {
  struct plan plan;
  struct failure failure;
  int result;
};

/* What the latest command line led to. */
static struct sealing sealing;

static void
seal_line(const char *line)
{
  struct draft draft;
  char **argv = NULL;
  int argc;

  sealing = (struct sealing){0};
  g_assert_true(g_shell_parse_argv(line, &argc, &argv, NULL));
  draft_init(&draft, persona_find(argv[0]));
  g_assert_cmpint(options_read(&draft, argc, argv, &sealing.failure), ==, INTENT_RUN);
  sealing.result = plan_seal(&draft, &sealing.plan, &sealing.failure);
}

static const struct plan *
sealed(const char *line)
{
  seal_line(line);
  g_assert_cmpint(sealing.result, ==, 0);
  return &sealing.plan;
}

static void
assert_broken(const char *line, const char *text)
{
  seal_line(line);
  g_assert_cmpint(sealing.result, ==, -1);
  g_assert_cmpstr(sealing.failure.text, ==, text);
}

static void
test_rules(void)
{
  assert_broken("hutch --share-uts --hostname h c",
                "--hostname h: does not go together with --share-uts");
  assert_broken("hutch --share-pid --as-pid-1 c",
                "--as-pid-1: does not go together with --share-pid");
  assert_broken("hutch --keep-id --uid 5 c", "--uid 5: does not go together with --keep-id");
  assert_broken("hutch --keep-id --gid 5 c", "--gid 5: does not go together with --keep-id");
  assert_broken("hutch --perms 0700 c", "--perms 0700: no option follows that it could concern");
  assert_broken("hutch --size 7 c", "--size 7: no option follows that it could concern");
  assert_broken("hutch --overlay-src a c",
                "--overlay-src a: no overlay follows that it could be a layer of");
  assert_broken("hutch --tmpfs /", "no command given, see --help");
}

static void
test_defaults(void)
{
  const struct plan *plan = sealed("/usr/bin/hutch c");

  g_assert_cmpuint(plan->namespaces, ==,
                   CLONE_NEWUSER | CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWIPC | CLONE_NEWUTS |
                       CLONE_NEWCGROUP);
  g_assert_cmpuint(plan->inner_namespaces, ==, 0);
  g_assert_cmpuint(plan->uid.inside, ==, 0);
  g_assert_cmpuint(plan->uid.outside, ==, geteuid());
  g_assert_cmpuint(plan->capabilities, ==, 0);
  g_assert_cmpuint(plan->filter_count, ==, 1);
  g_assert_true(plan->reaper);
}

static void
test_inner_namespace(void)
{
  const struct plan *plan = sealed("hutch --uid 5 --gid 6 --dev /dev --unshare-net c");

  g_assert_cmpuint(plan->inner_namespaces, ==, CLONE_NEWUSER | CLONE_NEWNET | CLONE_NEWUTS);
  g_assert_cmpuint(plan->namespaces & (CLONE_NEWNET | CLONE_NEWUTS), ==, 0);
  g_assert_cmpuint(plan->uid.inside, ==, 0);
  g_assert_cmpuint(plan->inner_uid.inside, ==, 5);
  g_assert_cmpuint(plan->inner_uid.outside, ==, 0);
  g_assert_cmpuint(plan->inner_gid.inside, ==, 6);
  g_assert_cmpuint(sealed("hutch --uid 5 c")->inner_namespaces, ==, 0);
  g_assert_cmpuint(sealed("hutch --uid 5 c")->uid.inside, ==, 5);
  g_assert_true(sealed("hutch --cap-add chown c")->inner_namespaces & CLONE_NEWNS);
}

static void
test_bubblewrap_defaults(void)
{
  const struct plan *plan = sealed("/usr/libexec/hutch/bwrap c");
  bool is_root = geteuid() == 0;

  g_assert_cmpuint(plan->namespaces, ==, CLONE_NEWNS | (is_root ? 0 : CLONE_NEWUSER));
  g_assert_cmpuint(plan->uid.inside, ==, geteuid());
  g_assert_cmpuint(plan->filter_count, ==, 0);
  g_assert_cmpint(plan->keep_privileges, ==, is_root);
  g_assert_false(plan->reaper);
  g_assert_false(plan->die_with_monitor);
  g_assert_true(sealed("bwrap --die-with-parent c")->die_with_monitor);
  g_assert_true(sealed("bwrap --unshare-all c")->namespaces & CLONE_NEWUSER);
}

static void
test_who_reaps(void)
{
  g_assert_true(sealed("hutch --share-pid c")->reaper);
  g_assert_false(sealed("hutch --as-pid-1 c")->reaper);
  g_assert_true(sealed("bwrap --unshare-pid c")->reaper);
  g_assert_true(sealed("bwrap --lock-file /x c")->reaper);
  g_assert_true(sealed("bwrap --sync-fd 0 c")->reaper);
  g_assert_false(sealed("bwrap --unshare-pid --as-pid-1 --sync-fd 0 c")->reaper);
}

static void
test_disabled_namespaces(void)
{
  const struct plan *plan = sealed("hutch --uid 7 --disable-userns c");

  g_assert_true(plan->limit_userns);
  g_assert_cmpuint(plan->inner_namespaces, ==, CLONE_NEWUSER);
  g_assert_cmpuint(plan->inner_uid.inside, ==, 7);
  g_assert_cmpuint(plan->inner_uid.outside, ==, 7);
  plan = sealed("hutch --userns 0 --cap-add chown c");
  g_assert_cmpuint(plan->namespaces & CLONE_NEWUSER, ==, 0);
  g_assert_true(plan->inner_keeps_ids);
}

static void
test_announcement(void)
{
  g_assert_cmpint(sealed("hutch c")->announcement, ==, ANNOUNCE_NEVER);
  g_assert_cmpint(sealed("hutch --info-fd 0 c")->announcement, ==, ANNOUNCE_START);
  g_assert_cmpint(
      sealed("hutch --unshare-net --cap-add net_admin --json-status-fd 0 c")->announcement, ==,
      ANNOUNCE_READY);
}

static void
test_sources_are_counted(void)
{
  const struct plan *plan = sealed("hutch --bind a b --dev /dev --dir /x --ro-bind-try c d c");

  g_assert_cmpuint(plan->operation_count, ==, 4);
  g_assert_cmpuint(plan->source_count, ==, 1 + DEVICE_SOURCES + 1);
  g_assert_false(plan->needs_scratch);
  plan = sealed("hutch --overlay-src a --overlay-src b --tmp-overlay /d c");
  g_assert_cmpuint(plan->source_count, ==, OVERLAY_LAYERS + 2);
  g_assert_true(plan->needs_scratch);
}

static void
test_candidates(void)
{
  const struct plan *plan = sealed("hutch --setenv PATH /a::/b c x");

  g_assert_cmpstr(plan->candidates[0], ==, "/a/c");
  g_assert_cmpstr(plan->candidates[1], ==, "./c");
  g_assert_cmpstr(plan->candidates[2], ==, "/b/c");
  g_assert_null(plan->candidates[3]);
  plan = sealed("hutch --unsetenv PATH c");
  g_assert_cmpstr(plan->candidates[0], ==, "/bin/c");
  plan = sealed("hutch d/c");
  g_assert_cmpstr(plan->candidates[0], ==, "d/c");
  g_assert_null(plan->candidates[1]);
  plan = sealed("hutch ''");
  g_assert_cmpstr(plan->candidates[0], ==, "");
}

static void
test_arguments(void)
{
  const struct plan *plan = sealed("hutch --argv0 other c x");

  g_assert_cmpstr(plan->argv[0], ==, "/bin/sh");
  g_assert_cmpstr(plan->argv[1], ==, "other");
  g_assert_cmpstr(plan->argv[2], ==, "x");
  g_assert_null(plan->argv[3]);
}

static void
test_directories(void)
{
  const struct plan *plan = sealed("hutch --chdir /a --chdir /b c");

  g_assert_true(plan->directory_required);
  g_assert_cmpuint(plan->directory_count, ==, 1);
  g_assert_cmpstr(plan->directories[0].pwd, ==, "PWD=/b");
  plan = sealed("hutch --setenv HOME /h c");
  g_assert_false(plan->directory_required);
  g_assert_cmpuint(plan->directory_count, ==, 3);
  g_assert_cmpstr(plan->directories[1].path, ==, "/h");
  g_assert_cmpstr(plan->directories[2].path, ==, "/");
}

static void
test_environment(void)
{
  char *base[] = {(char *)"A=1", (char *)"PWD=/x", (char *)"AB=2", NULL};
  const struct variable operations[] = {{"C", "3"}, {"A", NULL}, {"AB", "4"}};
  g_autoptr(GArray) variables = g_array_new(FALSE, FALSE, sizeof(struct variable));
  size_t slot;

  g_array_append_vals(variables, operations, G_N_ELEMENTS(operations));
  char **environment = environment_build(base, variables, &slot);
  g_assert_cmpuint(slot, ==, 2);
  g_assert_null(environment[slot]);
  g_assert_null(environment[slot + 1]);
  g_assert_cmpstr(environment[0], ==, "C=3");
  g_assert_cmpstr(environment_get(environment, "AB"), ==, "4");
  g_assert_null(environment_get(environment, "A"));
  g_array_append_vals(variables, &(struct variable){0}, 1);
  environment_build(base, variables, &slot);
  g_assert_cmpuint(slot, ==, 0);
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/plan/rules", test_rules);
  g_test_add_func("/plan/defaults", test_defaults);
  g_test_add_func("/plan/inner-namespace", test_inner_namespace);
  g_test_add_func("/plan/bubblewrap-defaults", test_bubblewrap_defaults);
  g_test_add_func("/plan/who-reaps", test_who_reaps);
  g_test_add_func("/plan/disabled-namespaces", test_disabled_namespaces);
  g_test_add_func("/plan/announcement", test_announcement);
  g_test_add_func("/plan/sources", test_sources_are_counted);
  g_test_add_func("/plan/candidates", test_candidates);
  g_test_add_func("/plan/arguments", test_arguments);
  g_test_add_func("/plan/directories", test_directories);
  g_test_add_func("/plan/environment", test_environment);
  return g_test_run();
}
