/* ignore-all COMMAND...: runs it with every signal ignored and blocked. */
#include <signal.h>
#include <unistd.h>

int
main(int argc, char **argv)
{
  sigset_t all;

  if (argc < 2)
    return 2;
  for (int number = 1; number < NSIG; number++)
    signal(number, SIG_IGN);
  sigfillset(&all);
  sigprocmask(SIG_BLOCK, &all, NULL);
  execvp(argv[1], argv + 1);
  return 127;
}
