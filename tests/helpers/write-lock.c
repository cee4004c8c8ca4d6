/* write-lock FILE COMMAND...: runs it while this process has a write lock on the file. */
#include <fcntl.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

int
main(int argc, char **argv)
{
  struct flock lock = {.l_type = F_WRLCK};
  int fd, status;

  if (argc < 3)
    return 2;
  fd = open(argv[1], O_RDWR | O_CLOEXEC);
  if (fd < 0) {
    perror(argv[1]);
    return 2;
  }
  if (fcntl(fd, F_SETLK, &lock) != 0)
    perror(argv[1]);
  if (fork() == 0) {
    execvp(argv[2], argv + 2);
    _exit(127);
  }
  if (wait(&status) < 0)
    status = 0x200;
  close(fd);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
