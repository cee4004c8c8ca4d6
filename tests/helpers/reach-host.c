/* reach-host PROCESS ROUNDS PATH: looks ROUNDS times for PATH, as the host names it, through what
 * PROCESS has open and its directories; through all processes if that is 0. Prints where it is. */
#define _GNU_SOURCE 1
#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum {
  DESCRIPTORS = 24,
};

/* A place may be the root itself, or a directory right below it. */
static bool
leads_to(const char *place, const char *path)
{
  static const char *const ways[] = {"", "/.."};
  char name[PATH_MAX];

  for (int i = 0; i < 2; i++) {
    snprintf(name, sizeof name, "%s%s%s", place, ways[i], path);
    int fd = open(name, O_PATH | O_CLOEXEC);
    if (fd >= 0) {
      close(fd);
      puts(name);
      return true;
    }
  }
  return false;
}

static bool
reaches(long process, const char *path)
{
  static const char *const links[] = {"root", "cwd"};
  char place[64];

  for (int fd = 0; fd < DESCRIPTORS; fd++) {
    snprintf(place, sizeof place, "/proc/%ld/fd/%d", process, fd);
    if (leads_to(place, path))
      return true;
  }
  for (int i = 0; i < 2; i++) {
    snprintf(place, sizeof place, "/proc/%ld/%s", process, links[i]);
    if (leads_to(place, path))
      return true;
  }
  return false;
}

static bool
any_reaches(const char *path)
{
  const struct dirent *entry;
  bool found = false;
  DIR *proc = opendir("/proc");

  if (!proc)
    exit(2);
  while (!found && (entry = readdir(proc))) {
    long process = strtol(entry->d_name, NULL, 10);
    found = process > 0 && reaches(process, path);
  }
  closedir(proc);
  return found;
}

int
main(int argc, char **argv)
{
  if (argc != 4)
    return 2;
  long process = strtol(argv[1], NULL, 10);
  for (long rounds = strtol(argv[2], NULL, 10); rounds > 0; rounds--)
    if (process > 0 ? reaches(process, argv[3]) : any_reaches(argv[3]))
      return 1;
  return 0;
}
