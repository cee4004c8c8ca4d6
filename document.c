/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "document.h"

#include <errno.h>
#include <glib.h>
#include <linux/sched.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
  KEYS_MAX = 7,
};

struct entry {
  const char *key;
  uint64_t value;
};

static const struct {
  const char *name; /* in /proc/PID/ns */
  const char *key;
  uint64_t flag;
} namespaces[] = {
    {"cgroup", "cgroup-namespace", CLONE_NEWCGROUP}, {"ipc", "ipc-namespace", CLONE_NEWIPC},
    {"mnt", "mnt-namespace", CLONE_NEWNS},           {"net", "net-namespace", CLONE_NEWNET},
    {"pid", "pid-namespace", CLONE_NEWPID},          {"uts", "uts-namespace", CLONE_NEWUTS},
};

_Static_assert(G_N_ELEMENTS(namespaces) + 1 == KEYS_MAX, "the process, and each namespace");

/* Fills ENTRIES; returns how many there are. */
static int
collect(const struct plan *plan, pid_t pid, struct entry *entries, struct failure *failure)
{
  uint64_t unshared = plan->namespaces | plan->inner_namespaces;
  int count = 0;

  entries[count++] = (struct entry){"child-pid", (uint64_t)pid};
  for (size_t i = 0; i < G_N_ELEMENTS(namespaces); i++) {
    g_autofree char *path = g_strdup_printf("/proc/%d/ns/%s", (int)pid, namespaces[i].name);
    struct stat status;
    if (!(unshared & namespaces[i].flag))
      continue;
    if (stat(path, &status) < 0)
      return failure_set(failure, STAGE_LAUNCH, "stat", path);
    entries[count++] = (struct entry){namespaces[i].key, status.st_ino};
  }
  return count;
}

static int
write_all(int fd, const GString *text)
{
  for (gsize done = 0; done < text->len;) {
    ssize_t put = write(fd, text->str + done, text->len - done);
    if (put < 0 && errno == EINTR)
      continue;
    if (put < 0)
      return -1;
    done += (gsize)put;
  }
  return 0;
}

static int
write_object(int fd, const struct entry *entries, int count, const char *before,
             const char *between, const char *after)
{
  g_autoptr(GString) text = g_string_new(before);

  for (int i = 0; i < count; i++)
    g_string_append_printf(text, "%s\"%s\": %" G_GUINT64_FORMAT, i > 0 ? between : "",
                           entries[i].key, (guint64)entries[i].value);
  g_string_append(text, after);
  return write_all(fd, text);
}

int
document_announce(const struct plan *plan, pid_t pid, struct failure *failure)
{
  struct entry entries[KEYS_MAX];
  int count = collect(plan, pid, entries, failure);

  if (count < 0)
    return -1;
  if (plan->info_fd >= 0) {
    if (write_object(plan->info_fd, entries, count, "{\n    ", ",\n    ", "\n}\n") < 0)
      return failure_set(failure, STAGE_LAUNCH, "write", "--info-fd");
    close(plan->info_fd);
  }
  if (plan->json_status_fd >= 0 &&
      write_object(plan->json_status_fd, entries, count, "{ ", ", ", " }\n") < 0)
    return failure_set(failure, STAGE_LAUNCH, "write", "--json-status-fd");
  return 0;
}

void
document_end(const struct plan *plan, int status)
{
  const struct entry entry = {"exit-code", (uint64_t)status};

  if (plan->json_status_fd >= 0)
    (void)!write_object(plan->json_status_fd, &entry, 1, "{ ", "", " }\n");
}
