/*
 * idle STATUS MILLISECONDS PROCESSES
 *
 * Makes so many processes, which leave session and process group, ignore what can be ignored, and
 * stay for a minute; stays so long itself, and ends with STATUS.
 */
#define _GNU_SOURCE 1
#include <signal.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

static void
stay(long milliseconds)
{
  struct timespec time = {.tv_sec = milliseconds / 1000, .tv_nsec = milliseconds % 1000 * 1000000};

  while (nanosleep(&time, &time) != 0)
    continue;
}

static _Noreturn void
hide(void)
{
  setsid();
  if (fork() != 0)
    _exit(0);
  for (int i = 1; i < NSIG; i++)
    signal(i, SIG_IGN);
  stay(60000);
  _exit(0);
}

int
main(int argc, char **argv)
{
  if (argc != 4)
    return 2;
  for (int i = atoi(argv[3]); i > 0; i--)
    if (fork() == 0)
      hide();
  stay(atol(argv[2]));
  return atoi(argv[1]);
}
