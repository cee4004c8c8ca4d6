/*
 * storm parents|monitors|crowd NAME SECONDS NUMBER SPAN -- HUTCH OPTIONS...
 *
 * parents    starts sandboxes by a process that is killed at some moment of the start, or later;
 *            the options are to hold --die-with-parent, and go to hutch through --args. NUMBER is
 *            how many tries at once, SPAN how many seconds a start takes
 * monitors   kills the monitor itself
 * crowd      keeps NUMBER sandboxes alive for so long, and kills monitors, reapers and payloads
 *
 * The payload is tests/attack/idle. Prints what it finds, and "NAME kills N sandboxes N leftovers N
 * statuses N seconds N" at the end.
 */
#define _GNU_SOURCE 1
#include "storm.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum {
  CHILDREN_MAX = 4096,
};

static unsigned state = 1;

double
storm_now(void)
{
  struct timespec time;

  clock_gettime(CLOCK_MONOTONIC, &time);
  return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

unsigned
storm_chance(unsigned limit)
{
  state ^= state << 13;
  state ^= state >> 17;
  state ^= state << 5;
  return limit > 0 ? state % limit : 0;
}

void
storm_pause(double seconds)
{
  struct timespec time = {.tv_sec = (time_t)seconds,
                          .tv_nsec = (long)((seconds - (double)(time_t)seconds) * 1e9)};

  nanosleep(&time, NULL);
}

size_t
storm_children(pid_t pid, pid_t *pids, size_t max)
{
  char path[64];
  size_t count = 0;

  snprintf(path, sizeof path, "/proc/%d/task/%d/children", pid, pid);
  FILE *file = fopen(path, "re");
  while (file && count < max && fscanf(file, "%d", &pids[count]) == 1)
    count++;
  if (file)
    fclose(file);
  return count;
}

unsigned
storm_wait_all(double seconds)
{
  static pid_t pids[CHILDREN_MAX];
  double end = storm_now() + seconds;
  unsigned left = 0;

  for (;;) {
    pid_t pid = waitpid(-1, NULL, WNOHANG);
    if (pid < 0 && errno == ECHILD)
      return left;
    if (pid > 0)
      continue;
    if (storm_now() > end) {
      size_t count = storm_children(getpid(), pids, CHILDREN_MAX);
      for (size_t i = 0; i < count; i++)
        if (kill(pids[i], SIGKILL) == 0)
          left++;
      end = storm_now() + 1;
    }
    storm_pause(0.0005);
  }
}

pid_t
storm_start(char **argv, int error_fd)
{
  pid_t pid = fork();

  if (pid != 0)
    return pid;
  int null_fd = open("/dev/null", O_RDWR | O_CLOEXEC);
  dup2(null_fd, 0);
  dup2(null_fd, 1);
  dup2(error_fd >= 0 ? error_fd : null_fd, 2);
  execv(argv[0], argv);
  _exit(99);
}

/* In as many processes as are to run at once, each with its own children. */
static int
run_jobs(char **argv, double seconds, double span, unsigned jobs, bool kills_monitor,
         struct tally *tally)
{
  struct tally *tallies =
      mmap(NULL, jobs * sizeof *tallies, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  int status, result = 0;

  if (tallies == MAP_FAILED)
    return -1;
  for (unsigned i = 0; i < jobs; i++) {
    pid_t pid = fork();
    if (pid == 0) {
      state += i * 7919;
      if (prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) != 0)
        _exit(2);
      storm_parents(argv, seconds, span, kills_monitor, &tallies[i]);
      fflush(stdout);
      _exit(0);
    }
  }
  while (wait(&status) > 0)
    result |= status;
  for (unsigned i = 0; i < jobs; i++) {
    tally->kills += tallies[i].kills;
    tally->sandboxes += tallies[i].sandboxes;
    tally->leftovers += tallies[i].leftovers;
    tally->statuses += tallies[i].statuses;
  }
  munmap(tallies, jobs * sizeof *tallies);
  return result;
}

int
main(int argc, char **argv)
{
  struct tally tally = {0};
  double start = storm_now();
  int result = 0;

  if (argc < 8 || strcmp(argv[6], "--") != 0)
    return 2;
  double seconds = atof(argv[3]);
  unsigned number = (unsigned)atoi(argv[4]);
  state = (unsigned)getpid() * 2654435761U | 1;
  setvbuf(stdout, NULL, _IOLBF, 0);
  if (prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) != 0)
    return 2;
  if (strcmp(argv[1], "crowd") == 0)
    storm_crowd(argv + 7, number, seconds, &tally);
  else
    result = run_jobs(argv + 7, seconds, atof(argv[5]), number, strcmp(argv[1], "monitors") == 0,
                      &tally);
  tally.leftovers += storm_wait_all(1);
  printf("%s kills %u sandboxes %u leftovers %u statuses %u seconds %.1f\n", argv[2], tally.kills,
         tally.sandboxes, tally.leftovers, tally.statuses, storm_now() - start);
  return result != 0;
}
