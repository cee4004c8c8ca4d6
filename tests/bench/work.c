/*
 * work read DIR FILES    reads each of them, a hundred to a directory, as DIR/0/0 to DIR/N/99
 * work getppid CALLS     makes that many system calls
 *
 * Prints how many nanoseconds that took; the start of the process is no part of it.
 */
#define _GNU_SOURCE 1
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static int64_t
now(void)
{
  struct timespec time;

  clock_gettime(CLOCK_MONOTONIC, &time);
  return (int64_t)time.tv_sec * 1000000000 + time.tv_nsec;
}

static int
read_files(const char *dir, long count)
{
  static char data[65536];
  char path[4096];

  for (long i = 0; i < count; i++) {
    snprintf(path, sizeof path, "%s/%ld/%ld", dir, i / 100, i % 100);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
      return -1;
    while (read(fd, data, sizeof data) > 0)
      continue;
    close(fd);
  }
  return 0;
}

int
main(int argc, char **argv)
{
  int result = 0;
  int64_t begin = now();

  if (argc == 4 && strcmp(argv[1], "read") == 0) {
    result = read_files(argv[2], strtol(argv[3], NULL, 10));
  } else if (argc == 3 && strcmp(argv[1], "getppid") == 0) {
    for (long i = strtol(argv[2], NULL, 10); i > 0; i--)
      syscall(SYS_getppid);
  } else {
    return 2;
  }
  printf("%lld\n", (long long)(now() - begin));
  return result == 0 ? 0 : 1;
}
