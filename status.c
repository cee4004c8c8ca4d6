/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "status.h"

#include "record.h"

#include <fcntl.h>
#include <glib.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
  BLOCK_SIZE = 512, /* in which the kernel counts what is read and written */
  KIBIBYTE = 1024,  /* ... and memory */
};

/* --- "started" ------------------------------------------------------------- */

/* A process that has no number here has none to tell. */
static json_t *
pid_or_null(pid_t pid)
{
  return pid > 0 ? json_integer(pid) : json_null();
}

/* Whether the monitor is in the namespace INODE itself, as its caller is, but for a user
 * namespace that it has joined. */
static bool
is_callers(const struct plan *plan, int proc_fd, enum report_namespace which, uint64_t inode)
{
  uint64_t own = 0;

  if (which == REPORT_USER && plan->userns_fd >= 0)
    return false;
  return report_read_namespace(proc_fd, which, &own) == 0 && own == inode;
}

static json_t *
namespaces_object(const struct plan *plan, const struct receipt *receipt)
{
  json_t *object = json_object();
  int proc_fd = open("/proc", O_PATH | O_DIRECTORY | O_CLOEXEC);

  for (enum report_namespace i = 0; i < REPORT_ALL_NAMESPACES; i++) {
    uint64_t inode = receipt->inodes[i];
    json_t *value = inode == 0 ? json_null()
                               : json_pack("{s:I, s:b}", "id", (json_int_t)inode, "shared",
                                           is_callers(plan, proc_fd, i, inode));
    json_object_set_new(object, report_names[i], value);
  }
  if (proc_fd >= 0)
    close(proc_fd);
  return object;
}

static json_t *
capabilities_object(const struct privileges *privileges)
{
  return json_pack("{s:o, s:o, s:o, s:o, s:o}", "effective",
                   record_capabilities(privileges->effective), "permitted",
                   record_capabilities(privileges->permitted), "inheritable",
                   record_capabilities(privileges->inheritable), "bounding",
                   record_capabilities(privileges->bounding), "ambient",
                   record_capabilities(privileges->ambient));
}

/* TOLD is the id as the monitor's user namespace has it, which is the caller's unless another one
 * was joined; there, who has the monitor's id has the CALLER's. */
static json_t *
id_object(const struct plan *plan, uint32_t inside, uint32_t told, uint32_t monitor,
          uint32_t caller)
{
  json_t *outside = json_null();

  if (plan->userns_fd < 0)
    outside = json_integer(told);
  else if (told == monitor)
    outside = json_integer(caller);
  return json_pack("{s:I, s:o}", "inside", (json_int_t)inside, "outside", outside);
}

static json_t *
seccomp_object(const struct plan *plan, const struct receipt *receipt)
{
  static const char *const modes[] = {
      [SECCOMP_MODE_DISABLED] = "disabled",
      [SECCOMP_MODE_STRICT] = "strict",
      [SECCOMP_MODE_FILTER] = "filter",
  };
  bool is_inherited = receipt->seccomp_mode > SECCOMP_MODE_DISABLED;
  int mode = plan->filter_count > 0 || is_inherited ? SECCOMP_MODE_FILTER : SECCOMP_MODE_DISABLED;

  return json_pack("{s:s, s:I, s:b, s:b}", "mode", modes[mode], "filters",
                   (json_int_t)plan->filter_count, "terminal", plan->persona->filter_terminal,
                   "inherited", is_inherited);
}

static int
compare(const void *one, const void *other)
{
  return *(const int *)one - *(const int *)other;
}

/* Those that are open in the command; null where it has all that the caller left open. */
static json_t *
descriptor_array(const struct plan *plan, const struct receipt *receipt)
{
  g_autoptr(GArray) fds = g_array_new(FALSE, FALSE, sizeof(int));

  if (!plan->persona->close_descriptors)
    return json_null();
  g_array_append_vals(fds, plan->keep_fds, (guint)plan->keep_count);
  for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
    if (receipt->standard >> fd & 1)
      g_array_append_val(fds, fd);
  g_array_sort(fds, compare);
  json_t *array = json_array();
  for (guint i = 0; i < fds->len; i++)
    if (i == 0 || g_array_index(fds, int, i) != g_array_index(fds, int, i - 1))
      json_array_append_new(array, json_integer(g_array_index(fds, int, i)));
  return array;
}

/* The payload shares the reaper's memory when it asks whether that can be traced. */
static json_t *
traceable_or_null(const struct plan *plan, const struct receipt *receipt)
{
  if (!plan->reaper)
    return json_null();
  return json_boolean(receipt->is_traceable || !plan->persona->hide_reaper);
}

static json_t *
mask_value(uint32_t mask)
{
  char text[8];

  g_snprintf(text, sizeof text, "%04o", mask & 0777);
  return json_string(text);
}

static json_t *
enforced_object(const struct plan *plan, const struct status_start *start)
{
  const struct receipt *receipt = start->receipt;
  const struct privileges *privileges = &receipt->privileges;

  return json_pack(
      "{s:o, s:b, s:i, s:o, s:o, s:i, s:o, s:s, s:b, s:o, s:o, s:o}", "capabilities",
      capabilities_object(privileges), "no-new-privs", privileges->no_new_privs == 1, "securebits",
      privileges->securebits, "uid",
      id_object(plan, receipt->uid, start->payload.uid, geteuid(), plan->uid.outside), "gid",
      id_object(plan, receipt->gid, start->payload.gid, getegid(), plan->gid.outside),
      "supplementary-groups", receipt->groups, "seccomp", seccomp_object(plan, receipt),
      "user-namespaces", plan->assert_limited ? "disabled" : "allowed", "new-session",
      receipt->leads_session, "umask", mask_value(receipt->umask), "descriptors",
      descriptor_array(plan, receipt), "reaper-traceable", traceable_or_null(plan, receipt));
}

char *
status_started(const struct plan *plan, const struct status_start *start)
{
  return record_text(json_pack("{s:s, s:{s:i, s:o, s:o, s:i}, s:o, s:o}", "event", "started",
                               "pids", "monitor", getpid(), "first", pid_or_null(start->first),
                               "payload", pid_or_null(start->payload.pid), "payload-inside",
                               start->receipt->pid, "namespaces",
                               namespaces_object(plan, start->receipt), "enforced",
                               enforced_object(plan, start)),
                     true);
}

/* --- the end ---------------------------------------------------------------- */

/* Null for the few that belong to the C library. */
static json_t *
signal_name(int signal)
{
  const char *name = sigabbrev_np(signal);
  g_autofree char *text = NULL;

  if (name)
    text = g_strconcat("SIG", name, NULL);
  else if (signal >= SIGRTMIN && signal <= SIGRTMAX)
    text = g_strdup_printf("SIGRTMIN+%d", signal - SIGRTMIN);
  return record_string(text);
}

static json_t *
signal_or_null(int signal)
{
  return signal == 0 ? json_null()
                     : json_pack("{s:i, s:o}", "number", signal, "name", signal_name(signal));
}

static double
seconds_of(const struct timeval *time)
{
  return (double)time->tv_sec + (double)time->tv_usec / 1e6;
}

/* What is told from inside may be anything. */
static json_int_t
count_of(long number, int unit)
{
  return (json_int_t)MAX(number, 0) * unit;
}

static json_t *
usage_object(const struct rusage *usage)
{
  return json_pack(
      "{s:f, s:f, s:I, s:I, s:I, s:I, s:I}", "user-seconds", MAX(seconds_of(&usage->ru_utime), 0.0),
      "system-seconds", MAX(seconds_of(&usage->ru_stime), 0.0), "peak-memory",
      count_of(usage->ru_maxrss, KIBIBYTE), "read-bytes", count_of(usage->ru_inblock, BLOCK_SIZE),
      "written-bytes", count_of(usage->ru_oublock, BLOCK_SIZE), "voluntary-switches",
      count_of(usage->ru_nvcsw, 1), "involuntary-switches", count_of(usage->ru_nivcsw, 1));
}

char *
status_ended(const struct status_end *end)
{
  bool is_killed = WIFSIGNALED(end->wait_status);
  json_t *code = is_killed ? json_null() : json_integer(WEXITSTATUS(end->wait_status));

  return record_text(json_pack("{s:s, s:i, s:o, s:o, s:b, s:f, s:o}", "event", "exit", "status",
                               end->status, "code", code, "signal",
                               signal_or_null(is_killed ? WTERMSIG(end->wait_status) : 0),
                               "core-dumped", is_killed && WCOREDUMP(end->wait_status),
                               "wall-seconds", end->seconds, "usage", usage_object(&end->usage)),
                     true);
}

char *
status_cut_short(int status, int signal)
{
  return record_text(record_failed(status, signal_or_null(signal), json_null()), true);
}
