/* fill-queue: fills the queue of real-time signals with ones that it blocks, says
 * "full", and then prints "TERM" for each SIGTERM until standard input ends. */
#define _GNU_SOURCE 1
#include <signal.h>
#include <unistd.h>

static void
on_term(int signal)
{
  (void)signal;
  (void)!write(STDOUT_FILENO, "TERM\n", 5);
}

int
main(void)
{
  struct sigaction action = {.sa_handler = on_term, .sa_flags = SA_RESTART};
  sigset_t set;
  char byte;

  sigemptyset(&set);
  sigaddset(&set, SIGRTMIN + 4);
  sigprocmask(SIG_BLOCK, &set, NULL);
  sigaction(SIGTERM, &action, NULL);
  while (sigqueue(getpid(), SIGRTMIN + 4, (union sigval){0}) == 0)
    continue;
  (void)!write(STDOUT_FILENO, "full\n", 5);
  return read(STDIN_FILENO, &byte, 1) == 0 ? 0 : 1;
}
