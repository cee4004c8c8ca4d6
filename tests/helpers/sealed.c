/* sealed FD COMMAND...: runs it with what the standard input holds open as FD: memory that nobody
 * can change any more, and that stands at its start. */
#define _GNU_SOURCE 1
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

int
main(int argc, char **argv)
{
  const int seals = F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE;
  char data[4096];
  ssize_t count;
  int fd;

  if (argc < 3)
    return 2;
  fd = memfd_create("sealed", MFD_ALLOW_SEALING);
  while ((count = read(STDIN_FILENO, data, sizeof data)) > 0)
    if (write(fd, data, (size_t)count) != count)
      return 2;
  if (count < 0 || lseek(fd, 0, SEEK_SET) != 0 || fcntl(fd, F_ADD_SEALS, seals) != 0)
    return 2;
  if (fd != atoi(argv[1]) && (dup2(fd, atoi(argv[1])) < 0 || close(fd) != 0))
    return 2;
  execvp(argv[2], argv + 2);
  return 127;
}
