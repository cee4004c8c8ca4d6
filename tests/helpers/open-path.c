/* open-path FD PATH COMMAND...: runs it with PATH open as FD, for nothing but its place (O_PATH).
 */
#define _GNU_SOURCE 1
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

int
main(int argc, char **argv)
{
  int fd, wanted;

  if (argc < 4)
    return 2;
  wanted = atoi(argv[1]);
  fd = open(argv[2], O_PATH);
  if (fd < 0 || (fd != wanted && (dup2(fd, wanted) < 0 || close(fd) != 0)))
    return 2;
  execvp(argv[3], argv + 3);
  return 127;
}
