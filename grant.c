/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "grant.h"

#include "probe.h"

#include <errno.h>
#include <fcntl.h>
#include <glib.h>
#include <linux/magic.h>
#include <linux/sched.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <sys/wait.h>
#include <unistd.h>

/* --- children ---------------------------------------------------------------------- */

/* A child, in new NAMESPACES, that waits to be ended; -1 and errno if there is none. */
static pid_t
hold_child(int namespaces)
{
  int channel[2], error = EPIPE;

  if (pipe2(channel, O_CLOEXEC) < 0)
    return -1;
  pid_t pid = fork();
  if (pid == 0) {
    error = namespaces != 0 && unshare(namespaces) < 0 ? errno : 0;
    (void)!write(channel[1], &error, sizeof error);
    while (error == 0)
      pause();
    _exit(0);
  }
  close(channel[1]);
  if (pid > 0 && read(channel[0], &error, sizeof error) != sizeof error)
    error = EPIPE;
  close(channel[0]);
  if (pid > 0 && error != 0) {
    waitpid(pid, NULL, 0);
    errno = error;
    return -1;
  }
  return pid;
}

static void
end_child(pid_t pid)
{
  kill(pid, SIGKILL);
  waitpid(pid, NULL, 0);
}

/* The first line is what matters of what a program says. */
static const char *
first_line(char *text)
{
  char *end = strchr(text, '\n');

  if (end)
    *end = '\0';
  return text;
}

/* --- control groups ------------------------------------------------------------------- */

/* What /proc/self/mountinfo says of a mount. */
struct mount {
  const char *root, *at, *type;
};

static bool
read_mount(char **fields, struct mount *mount)
{
  guint i = 0;

  while (fields[i] && strcmp(fields[i], "-") != 0)
    i++;
  if (i < 6 || !fields[i] || !fields[i + 1])
    return false;
  for (guint j = 3; j <= 4; j++) {
    char *plain = g_strcompress(fields[j]);
    g_free(fields[j]);
    fields[j] = plain;
  }
  *mount = (struct mount){.root = fields[3], .at = fields[4], .type = fields[i + 1]};
  return true;
}

/* The path of this process in the tree of version 2, or NULL. */
static char *
path_in_tree(void)
{
  g_autofree char *text = NULL;

  if (!g_file_get_contents("/proc/self/cgroup", &text, NULL, NULL))
    return NULL;
  g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
  for (char **line = lines; *line; line++)
    if (g_str_has_prefix(*line, "0::/"))
      return g_strdup(*line + strlen("0::"));
  return NULL;
}

/* The directory of the group PATH where MOUNT shows the tree, or NULL. */
static char *
group_in(const struct mount *mount, const char *path)
{
  size_t length = strcmp(mount->root, "/") == 0 ? 0 : strlen(mount->root);
  struct statfs found;

  if (!path || strncmp(path, mount->root, length) != 0 ||
      (path[length] != '\0' && path[length] != '/'))
    return NULL;
  char *directory = g_build_filename(mount->at, path + length, NULL);
  if (statfs(directory, &found) == 0 && found.f_type == CGROUP2_SUPER_MAGIC)
    return directory;
  g_free(directory);
  return NULL;
}

/* The directory of this process's own group, or NULL. *VERSION is that of the control
 * groups that are mounted, or 0. */
static char *
own_group(int *version)
{
  g_autofree char *path = path_in_tree();
  g_autofree char *text = NULL;
  char *group = NULL;

  *version = 0;
  if (!g_file_get_contents("/proc/self/mountinfo", &text, NULL, NULL))
    return NULL;
  g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
  for (char **line = lines; *line; line++) {
    g_auto(GStrv) fields = g_strsplit(*line, " ", -1);
    struct mount mount;
    if (!read_mount(fields, &mount))
      continue;
    if (strcmp(mount.type, "cgroup") == 0 && *version == 0)
      *version = 1;
    if (strcmp(mount.type, "cgroup2") != 0)
      continue;
    *version = 2;
    if (!group)
      group = group_in(&mount, path);
  }
  return group;
}

/* The name belongs to one keeper. */
static char *
new_group(const char *own, pid_t keeper)
{
  g_autofree char *name = g_strdup_printf("hutch-doctor-%d", (int)keeper);

  return g_build_filename(own, name, NULL);
}

enum {
  REMOVAL_TRIES = 100,
  REMOVAL_PAUSE_US = 10000,
};

/* A group is busy until the last process has left it for good. */
static bool
remove_group(const char *group)
{
  for (int tries = 0; tries < REMOVAL_TRIES; tries++) {
    if (rmdir(group) == 0 || errno == ENOENT)
      return true;
    if (errno != EBUSY)
      return false;
    g_usleep(REMOVAL_PAUSE_US);
  }
  return false;
}

void
grant_clean_cgroup(void)
{
  int version;
  g_autofree char *own = own_group(&version);

  if (own) {
    g_autofree char *group = new_group(own, getpid());
    remove_group(group);
  }
}

/* Moves a child into GROUP and looks whether it is there. */
static bool
use_group(const char *group, struct diagnosis *diagnosis)
{
  g_autofree char *list = g_build_filename(group, "cgroup.procs", NULL);
  g_autofree char *found = NULL;
  pid_t child = hold_child(0);

  if (child < 0) {
    diagnosis_fail_call(diagnosis, "fork", NULL, NULL);
    return false;
  }
  g_autofree char *number = g_strdup_printf("%d\n", (int)child);
  int fd = open(list, O_WRONLY | O_CLOEXEC);
  bool is_moved = fd >= 0 && write(fd, number, strlen(number)) >= 0;
  if (!is_moved)
    diagnosis_fail_call(diagnosis, fd < 0 ? "open" : "write", list,
                        "this user must be given the group that it is in: its directory, and "
                        "cgroup.procs and cgroup.subtree_control in it");
  if (is_moved && (!g_file_get_contents(list, &found, NULL, NULL) || strcmp(found, number) != 0)) {
    diagnosis_fail(diagnosis, "the process is not in the group", NULL);
    is_moved = false;
  }
  if (fd >= 0)
    close(fd);
  end_child(child);
  return is_moved;
}

static char *
version_2(const char *own)
{
  g_autofree char *path = g_build_filename(own, "cgroup.controllers", NULL);
  g_autofree char *text = NULL;

  if (!g_file_get_contents(path, &text, NULL, NULL) || *g_strstrip(text) == '\0')
    return g_strdup("v2");
  return g_strconcat("v2 ", text, NULL);
}

void
grant_cgroup(struct diagnosis *diagnosis)
{
  static const char delegate[] =
      "this user must be given a control group of its own, as systemd-run --user --scope "
      "--property=Delegate=yes does for the command that follows";
  static const char writable[] = "the tree is mounted read-only, as in a sandbox or a container: "
                                 "whoever started that can show it writable";
  int version;
  g_autofree char *own = own_group(&version);

  if (!own) {
    static const char *const reasons[] = {"no control groups are mounted",
                                          "all control groups are of version 1",
                                          "this process's own group is not visible"};
    static const char *const values[] = {"none", "v1", "v2"};
    static const char *const remedies[] = {
        "the tree of version 2 must be mounted, as at /sys/fs/cgroup",
        "booting with the parameter systemd.unified_cgroup_hierarchy=1 makes them version 2",
        "the tree must be mounted from this process's own group, or one above it, on"};
    g_strlcpy(diagnosis->value, values[version], sizeof diagnosis->value);
    g_strlcpy(diagnosis->tried, "looked for control groups of version 2", sizeof diagnosis->tried);
    diagnosis_miss(diagnosis, reasons[version], remedies[version]);
    return;
  }
  g_autofree char *group = new_group(own, getppid());
  g_autofree char *value = version_2(own);
  if (mkdir(group, 0755) < 0) {
    bool is_given = errno != EACCES && errno != EPERM && errno != EROFS;
    diagnosis_fail_call(diagnosis, "mkdir", group, errno == EROFS ? writable : delegate);
    if (!is_given) {
      diagnosis->state = STATE_MISSING;
      diagnosis->code = CODE_UNKNOWN;
    }
  } else {
    bool works = use_group(group, diagnosis);
    if (!remove_group(group))
      diagnosis_fail_call(diagnosis, "rmdir", group, NULL);
    else if (works)
      diagnosis_accept(diagnosis, value);
  }
  g_strlcpy(diagnosis->value, value, sizeof diagnosis->value);
}

/* --- ranges of ids ---------------------------------------------------------------------- */

enum {
  RANGES_MAX = 16, /* the kernel takes more, but no one is given as many */
};

struct range {
  uint64_t start, count;
};

struct kind_of_id {
  const char *file;    /* the ranges */
  const char *program; /* which maps them */
  const char *map;     /* of a process */
  const char *option;  /* of usermod, which gives them */
};

static const struct kind_of_id user_ids = {"/etc/subuid", "newuidmap", "uid_map", "--add-subuids"};
static const struct kind_of_id group_ids = {"/etc/subgid", "newgidmap", "gid_map", "--add-subgids"};

/* The name of UID, or NULL. By this file alone: the static program asks no name service. */
static char *
name_of(uid_t uid)
{
  g_autofree char *number = g_strdup_printf("%u", (unsigned)uid);
  g_autofree char *text = NULL;

  if (!g_file_get_contents("/etc/passwd", &text, NULL, NULL))
    return NULL;
  g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
  for (char **line = lines; *line; line++) {
    g_auto(GStrv) fields = g_strsplit(*line, ":", -1);
    if (g_strv_length(fields) > 2 && strcmp(fields[2], number) == 0)
      return g_strdup(fields[0]);
  }
  return NULL;
}

/* The ranges in FILE of the user with this NAME or UID; returns how many. */
static size_t
read_ranges(const char *file, const char *name, uid_t uid, struct range *ranges)
{
  g_autofree char *number = g_strdup_printf("%u", (unsigned)uid);
  g_autofree char *text = NULL;
  size_t count = 0;

  if (!g_file_get_contents(file, &text, NULL, NULL))
    return 0;
  g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
  for (char **line = lines; *line && count < RANGES_MAX; line++) {
    g_auto(GStrv) fields = g_strsplit(*line, ":", -1);
    if (g_strv_length(fields) != 3 ||
        (g_strcmp0(fields[0], name) != 0 && strcmp(fields[0], number) != 0))
      continue;
    struct range range = {
        .start = g_ascii_strtoull(fields[1], NULL, 10),
        .count = g_ascii_strtoull(fields[2], NULL, 10),
    };
    if (range.count > 0)
      ranges[count++] = range;
  }
  return count;
}

/* The map of process PID has these ranges and no more, each behind the one before it. */
static bool
is_mapped(const struct kind_of_id *kind, pid_t pid, const struct range *ranges, size_t count)
{
  g_autofree char *path = g_strdup_printf("/proc/%d/%s", (int)pid, kind->map);
  g_autoptr(GString) wanted = g_string_new(NULL);
  g_autoptr(GString) got = g_string_new(NULL);
  g_autofree char *text = NULL;
  uint64_t inside = 0;

  if (!g_file_get_contents(path, &text, NULL, NULL))
    return false;
  for (size_t i = 0; i < count; i++) {
    g_string_append_printf(wanted,
                           "%" G_GUINT64_FORMAT " %" G_GUINT64_FORMAT " %" G_GUINT64_FORMAT " ",
                           inside, ranges[i].start, ranges[i].count);
    inside += ranges[i].count;
  }
  g_auto(GStrv) words = g_strsplit_set(text, " \n", -1);
  for (char **word = words; *word; word++)
    if (**word != '\0')
      g_string_append_printf(got, "%s ", *word);
  return g_string_equal(wanted, got);
}

/* What the program needs to have the power to map. */
static const char *
remedy_for_mapping(const char *name)
{
  if (!name)
    return "newuidmap and newgidmap serve users that have a name: an entry in /etc/passwd";
  if (prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1)
    return "this process runs with no_new_privs, as in a sandbox, where a setuid program has no "
           "power: start it outside of that";
  return "newuidmap and newgidmap must be setuid root, or have the capability setuid or setgid, "
         "and lie on a mount without nosuid";
}

static void
map_ranges(const struct kind_of_id *kind, const char *program, const char *name,
           const struct range *ranges, size_t count, struct diagnosis *diagnosis)
{
  g_autoptr(GPtrArray) words = g_ptr_array_new_with_free_func(g_free);
  struct probe_said said;
  pid_t child = hold_child(CLONE_NEWUSER);
  uint64_t inside = 0;

  if (child < 0) {
    diagnosis_fail_namespace(diagnosis, "unshare", "CLONE_NEWUSER", CLONE_NEWUSER);
    return;
  }
  g_ptr_array_add(words, g_strdup(kind->program));
  g_ptr_array_add(words, g_strdup_printf("%d", (int)child));
  for (size_t i = 0; i < count; i++) {
    g_ptr_array_add(words, g_strdup_printf("%" G_GUINT64_FORMAT, inside));
    g_ptr_array_add(words, g_strdup_printf("%" G_GUINT64_FORMAT, ranges[i].start));
    g_ptr_array_add(words, g_strdup_printf("%" G_GUINT64_FORMAT, ranges[i].count));
    inside += ranges[i].count;
  }
  g_ptr_array_add(words, NULL);
  if (probe_program(program, (const char *const *)words->pdata, false, &said) < 0)
    diagnosis_fail_call(diagnosis, "fork", program, NULL);
  else if (said.status != 0)
    diagnosis_fail(diagnosis, said.output[0] ? first_line(said.output) : "it failed",
                   remedy_for_mapping(name));
  else if (!is_mapped(kind, child, ranges, count))
    diagnosis_fail(diagnosis, "the child's ids are not those", remedy_for_mapping(name));
  else
    diagnosis_accept(diagnosis, NULL);
  end_child(child);
}

static char *
ranges_as_text(const struct range *ranges, size_t count)
{
  GString *text = g_string_new(NULL);

  for (size_t i = 0; i < count; i++)
    g_string_append_printf(text, "%s%" G_GUINT64_FORMAT ":%" G_GUINT64_FORMAT, i == 0 ? "" : " ",
                           ranges[i].start, ranges[i].count);
  return g_string_free(text, FALSE);
}

static void
grant_ids(const struct kind_of_id *kind, struct diagnosis *diagnosis)
{
  uid_t uid = getuid();
  struct range ranges[RANGES_MAX];
  g_autofree char *name = name_of(uid);
  size_t count = read_ranges(kind->file, name, uid, ranges);
  g_autofree char *value = ranges_as_text(ranges, count);
  g_autofree char *program = g_find_program_in_path(kind->program);
  g_autofree char *remedy = NULL;

  if (count == 0) {
    g_snprintf(diagnosis->tried, sizeof diagnosis->tried, "looked for this user in %s", kind->file);
    if (name)
      remedy = g_strdup_printf("an administrator can give some: usermod %s 100000-165535 %s",
                               kind->option, name);
    else
      remedy = g_strdup_printf("an administrator can give some: the line %u:100000:65536 in %s",
                               (unsigned)uid, kind->file);
    diagnosis_miss(diagnosis, "the user has no range there", remedy);
  } else if (!program) {
    g_snprintf(diagnosis->tried, sizeof diagnosis->tried, "looked for %s in PATH", kind->program);
    diagnosis_miss(diagnosis, "it is not there",
                   "the package that has newuidmap and newgidmap, uidmap or shadow-utils, can be "
                   "installed");
  } else {
    map_ranges(kind, program, name, ranges, count, diagnosis);
  }
  g_strlcpy(diagnosis->value, value, sizeof diagnosis->value);
}

void
grant_subuid(struct diagnosis *diagnosis)
{
  grant_ids(&user_ids, diagnosis);
}

void
grant_subgid(struct diagnosis *diagnosis)
{
  grant_ids(&group_ids, diagnosis);
}

/* --- programs ----------------------------------------------------------------------------- */

/* Runs NAME --version; PACKAGE has it. */
static void
ask_version(const char *name, const char *package, struct diagnosis *diagnosis)
{
  const char *const words[] = {name, "--version", NULL};
  struct probe_said said;
  g_autofree char *path = g_find_program_in_path(name);
  g_autofree char *reason = NULL;

  if (!path) {
    g_autofree char *remedy = g_strdup_printf("the package %s can be installed", package);
    g_snprintf(diagnosis->tried, sizeof diagnosis->tried, "looked for %s in PATH", name);
    diagnosis_miss(diagnosis, "it is not there", remedy);
    return;
  }
  if (probe_program(path, words, false, &said) < 0) {
    diagnosis_fail_call(diagnosis, "fork", NULL, NULL);
    return;
  }
  first_line(said.output);
  if (said.status == 0) {
    diagnosis_accept(diagnosis, said.output);
    return;
  }
  reason = WIFEXITED(said.status)
               ? g_strdup_printf("exit status %d: %s", WEXITSTATUS(said.status), said.output)
               : g_strdup_printf("signal %d ended it", WTERMSIG(said.status));
  g_autofree char *remedy = g_strdup_printf("%s must be a working %s", path, name);
  diagnosis_fail(diagnosis, reason, remedy);
}

void
grant_pasta(struct diagnosis *diagnosis)
{
  ask_version("pasta", "passt", diagnosis);
}

void
grant_slirp4netns(struct diagnosis *diagnosis)
{
  ask_version("slirp4netns", "slirp4netns", diagnosis);
}

void
grant_dbus_proxy(struct diagnosis *diagnosis)
{
  ask_version("xdg-dbus-proxy", "xdg-dbus-proxy", diagnosis);
}
