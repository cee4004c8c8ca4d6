/* rename-race SECONDS A B: swaps the two names, again and again, for so long; prints how often. */
#define _GNU_SOURCE 1
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static volatile sig_atomic_t over;

static void
note_alarm(int signal)
{
  (void)signal;
  over = 1;
}

int
main(int argc, char **argv)
{
  unsigned long count = 0;

  if (argc != 4)
    return 2;
  signal(SIGALRM, note_alarm);
  alarm((unsigned)atoi(argv[1]));
  while (!over) {
    if (renameat2(AT_FDCWD, argv[2], AT_FDCWD, argv[3], RENAME_EXCHANGE) != 0) {
      perror("renameat2");
      return 1;
    }
    count++;
  }
  /* Each name means again what it meant at first. */
  if (count % 2 && renameat2(AT_FDCWD, argv[2], AT_FDCWD, argv[3], RENAME_EXCHANGE) != 0)
    return 1;
  printf("%lu\n", count);
  return 0;
}
