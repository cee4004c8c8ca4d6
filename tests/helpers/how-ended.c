/* how-ended COMMAND...: runs it and prints "exit N" or "signal N". */
#define _GNU_SOURCE 1
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

int
main(int argc, char **argv)
{
  int status;

  if (argc < 2)
    return 2;
  if (fork() == 0) {
    execvp(argv[1], argv + 1);
    _exit(127);
  }
  wait(&status);
  if (WIFSIGNALED(status))
    printf("signal %d\n", WTERMSIG(status));
  else
    printf("exit %d\n", WEXITSTATUS(status));
  return 0;
}
