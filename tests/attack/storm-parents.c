#define _GNU_SOURCE 1
#include "storm.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

enum {
  ARGS_FD = 11,
  WORDS_SIZE = 65536,
  PAYLOAD_MAX = 16,
};

static const double grace = 5, patience = 0.3;

/* The options as --args wants them, up to "--"; returns what follows. */
static char **
join_words(char **options, char *words, size_t *length)
{
  char **option = options;

  for (*length = 0; *option && strcmp(*option, "--") != 0; option++) {
    size_t size = strlen(*option) + 1;
    if (*length + size > WORDS_SIZE)
      exit(2);
    memcpy(words + *length, *option, size);
    *length += size;
  }
  return option;
}

/* The parent: starts hutch and stays, until it is killed. */
static _Noreturn void
be_parent(char *hutch, char **payload, const int channel[2])
{
  char option[] = "--args", number[] = "11";
  char *argv[PAYLOAD_MAX + 4] = {hutch, option, number};

  for (size_t i = 0; i < PAYLOAD_MAX && payload[i]; i++)
    argv[3 + i] = payload[i];

  close(channel[1]);
  if (dup2(channel[0], ARGS_FD) < 0 || storm_start(argv, -1) < 0)
    _exit(2);
  close(ARGS_FD);
  for (;;)
    pause();
}

/* A parent that has ended before hutch began to look is nobody's parent. hutch has looked when
 * it has taken its options. */
static bool
wait_until_taken(int fd)
{
  double end = storm_now() + grace;
  int left = 1;

  while (storm_now() < end) {
    if (ioctl(fd, FIONREAD, &left) == 0 && left == 0)
      return true;
    storm_pause(0.00005);
  }
  return false;
}

static pid_t
start_parent(char **argv, struct tally *tally)
{
  static char words[WORDS_SIZE];
  int channel[2];
  size_t length;
  char **payload = join_words(argv + 1, words, &length);

  if (pipe2(channel, O_CLOEXEC) != 0 || write(channel[1], words, length) != (ssize_t)length)
    exit(2);
  pid_t pid = fork();
  if (pid == 0)
    be_parent(argv[0], payload, channel);
  bool is_taken = wait_until_taken(channel[0]);
  close(channel[0]);
  close(channel[1]);
  if (!is_taken) {
    tally->statuses++;
    puts("# hutch did not take its options");
  }
  return pid;
}

/* Whether there are so many generations below PID. */
static bool
has_below(pid_t pid, int generations)
{
  for (; generations > 0; generations--)
    if (storm_children(pid, &pid, 1) != 1)
      return false;
  return true;
}

/* One start, which is killed after DELAY. Nothing is left of a sandbox that never was: one that
 * is to live is looked at before. */
static void
try(char **argv, double delay, bool kills_monitor, bool is_to_live, struct tally *tally)
{
  pid_t pid = kills_monitor ? storm_start(argv, -1) : start_parent(argv, tally);

  storm_pause(delay);
  if (is_to_live && !has_below(pid, kills_monitor ? 1 : 2)) {
    tally->statuses++;
    puts("# there is no sandbox when nobody is killed");
  }
  kill(pid, SIGKILL);
  tally->kills++;
  tally->sandboxes++;
  unsigned left = storm_wait_all(grace);
  if (left > 0) {
    tally->leftovers += left;
    printf("# %s killed after %.3f ms: %u processes are left\n",
           kills_monitor ? "the monitor" : "the parent", delay * 1e3, left);
  }
}

void
storm_parents(char **argv, double seconds, double span, bool kills_monitor, struct tally *tally)
{
  double end = storm_now() + seconds;

  try(argv, patience, kills_monitor, true, tally);
  while (storm_now() < end) {
    /* Most of them while it starts; some when the payload has begun to hide. */
    double delay = span * (storm_chance(4) == 0 ? 4 : 1) * storm_chance(1000) / 1000;
    try(argv, delay, kills_monitor, false, tally);
  }
}
