/*
 * fork-away MARK
 *
 * Leaves a process behind that is hard to catch: it forked twice, leads a session of its own,
 * ignores every signal and goes on forking, each child in place of its parent, for ten seconds.
 * Each writes a byte to descriptor 3, if that is open.
 */
#include <signal.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

enum { BEAT_FD = 3 };

static void
nap(long milliseconds)
{
  struct timespec span = {.tv_nsec = milliseconds * 1000 * 1000};

  nanosleep(&span, NULL);
}

static void
run_away(void)
{
  time_t end = time(NULL) + 10;

  for (int number = 1; number < NSIG; number++)
    signal(number, SIG_IGN);
  while (time(NULL) < end) {
    if (fork() > 0)
      _exit(0);
    setsid();
    dprintf(BEAT_FD, ".");
    nap(1);
  }
  _exit(0);
}

int
main(void)
{
  if (fork() == 0) {
    setsid();
    if (fork() == 0)
      run_away();
    _exit(0);
  }
  nap(50);
  puts("left something behind");
  return 0;
}
