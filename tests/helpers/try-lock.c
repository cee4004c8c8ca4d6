/* try-lock FILE: tells whether another process has a lock on the file: "held" or "free". */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

int
main(int argc, char **argv)
{
  struct flock lock = {.l_type = F_WRLCK};
  int fd;

  if (argc != 2)
    return 2;
  fd = open(argv[1], O_RDWR);
  if (fd < 0) {
    perror(argv[1]);
    return 1;
  }
  if (fcntl(fd, F_SETLK, &lock) == 0)
    puts("free");
  else
    puts(errno == EAGAIN || errno == EACCES ? "held" : strerror(errno));
  close(fd);
  return 0;
}
