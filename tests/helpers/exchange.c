/* exchange A B: swaps the two names, again and again, until it is killed; or for ten seconds. */
#define _GNU_SOURCE 1
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

int
main(int argc, char **argv)
{
  if (argc != 3)
    return 2;
  alarm(10);
  while (renameat2(AT_FDCWD, argv[1], AT_FDCWD, argv[2], RENAME_EXCHANGE) == 0)
    ;
  perror("renameat2");
  return 1;
}
