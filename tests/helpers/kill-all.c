/* kill-all: kills every other process that it can, again and again, for half a minute. */
#include <signal.h>
#include <stdio.h>
#include <time.h>

int
main(void)
{
  const time_t end = time(NULL) + 30;

  puts("up");
  fflush(stdout);
  while (time(NULL) < end)
    kill(-1, SIGKILL);
  return 0;
}
