/*
 * fork-away MARK
 *
 * Leaves a process behind that is hard to catch: it forked twice, leads a session of its own,
 * ignores every signal and goes on forking, each child in place of its parent, for ten seconds.
 */
#include <signal.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

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
