/* attach PID: tries to trace that process, "child" for one of its own, and prints what came of it.
 */
#define _GNU_SOURCE 1
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <unistd.h>

int
main(int argc, char **argv)
{
  pid_t pid, child = 0;
  long result;

  if (argc != 2)
    return 2;
  if (strcmp(argv[1], "child") == 0) {
    child = fork();
    if (child == 0) {
      pause();
      _exit(0);
    }
  }
  pid = child ? child : atoi(argv[1]);
  result = ptrace(PTRACE_SEIZE, pid, 0, 0);
  puts(result == 0 ? "attached" : strerrorname_np(errno));
  if (child)
    kill(child, SIGKILL);
  return 0;
}
