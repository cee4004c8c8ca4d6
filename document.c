/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "document.h"

#include <errno.h>
#include <glib.h>
#include <linux/sched.h>
#include <unistd.h>

enum {
  KEYS_MAX = 1 + REPORT_NAMESPACES,
};

struct entry {
  const char *key;
  uint64_t value;
};

static const struct {
  const char *key;
  uint64_t flag;
} namespaces[REPORT_NAMESPACES] = {
    [REPORT_CGROUP] = {"cgroup-namespace", CLONE_NEWCGROUP},
    [REPORT_IPC] = {"ipc-namespace", CLONE_NEWIPC},
    [REPORT_MNT] = {"mnt-namespace", CLONE_NEWNS},
    [REPORT_NET] = {"net-namespace", CLONE_NEWNET},
    [REPORT_PID] = {"pid-namespace", CLONE_NEWPID},
    [REPORT_UTS] = {"uts-namespace", CLONE_NEWUTS},
};

int
document_fd(const struct plan *plan, enum document document)
{
  return document == DOCUMENT_INFO ? plan->info_fd : plan->json_status_fd;
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

/* Of the namespaces, those that are the sandbox's own. */
int
document_announce(const struct plan *plan, enum document document, pid_t pid,
                  const struct announcement *announcement, struct failure *failure)
{
  static const char *const options[] = {"--info-fd", "--json-status-fd"};
  uint64_t unshared = plan->namespaces | plan->inner_namespaces;
  struct entry entries[KEYS_MAX] = {{"child-pid", (uint64_t)pid}};
  int fd = document_fd(plan, document), count = 1;

  for (size_t i = 0; i < REPORT_NAMESPACES; i++)
    if (unshared & namespaces[i].flag)
      entries[count++] = (struct entry){namespaces[i].key, announcement->inodes[i]};
  int result = document == DOCUMENT_INFO
                   ? write_object(fd, entries, count, "{\n    ", ",\n    ", "\n}\n")
                   : write_object(fd, entries, count, "{ ", ", ", " }\n");
  if (result == 0)
    return 0;
  g_autofree char *subject = g_strdup_printf("%s %d", options[document], fd);
  return failure_set(failure, STAGE_LAUNCH, "write", subject);
}

void
document_end(const struct plan *plan, int status)
{
  const struct entry entry = {"exit-code", (uint64_t)status};

  (void)!write_object(plan->json_status_fd, &entry, 1, "{ ", "", " }\n");
}
