/*
 * mounts TOTAL DIR COMMAND...
 *
 * Runs COMMAND as on a host with TOTAL mounts: in a user and a mount namespace, in which as many as
 * are missing are made below DIR. COMMAND is the same user as before, without a privilege.
 */
#define _GNU_SOURCE 1
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

static void
check(int result, const char *what)
{
  if (result >= 0)
    return;
  perror(what);
  exit(2);
}

static void
write_file(const char *path, const char *text)
{
  int fd = open(path, O_WRONLY | O_CLOEXEC);

  check(fd, path);
  check(write(fd, text, strlen(text)) < 0 ? -1 : 0, path);
  close(fd);
}

static void
write_map(const char *path, unsigned id)
{
  char line[32];

  snprintf(line, sizeof line, "%u %u 1", id, id);
  write_file(path, line);
}

static long
count_mounts(void)
{
  FILE *file = fopen("/proc/self/mountinfo", "re");
  long count = 0;
  int byte;

  check(file ? 0 : -1, "mountinfo");
  while ((byte = getc(file)) != EOF)
    count += byte == '\n';
  fclose(file);
  return count;
}

int
main(int argc, char **argv)
{
  unsigned uid = getuid(), gid = getgid();
  char path[64];

  if (argc < 4)
    return 2;
  long missing = strtol(argv[1], NULL, 10) - count_mounts();
  if (missing < 0) {
    fprintf(stderr, "mounts: there are %ld too many already\n", -missing);
    return 2;
  }
  check(unshare(CLONE_NEWUSER | CLONE_NEWNS), "unshare");
  write_map("/proc/self/uid_map", uid);
  write_file("/proc/self/setgroups", "deny");
  write_map("/proc/self/gid_map", gid);
  if (missing > 0)
    check(mount("tmpfs", argv[2], "tmpfs", 0, NULL), "mount");
  check(chdir(argv[2]), argv[2]);
  for (long i = 1; i < missing; i++) {
    snprintf(path, sizeof path, "%ld", i);
    check(mkdir(path, 0755), "mkdir");
    check(mount("tmpfs", path, "tmpfs", 0, NULL), "mount");
  }
  check(chdir("/"), "chdir");
  execvp(argv[3], argv + 3);
  perror(argv[3]);
  return 127;
}
