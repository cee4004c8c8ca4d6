/* hold-fds COMMAND...: runs it with directories, sockets and pipes open from descriptor 3 on, and a
 * high one. */
#define _GNU_SOURCE 1
#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

int
main(int argc, char **argv)
{
  int fds[2];

  if (argc < 2)
    return 2;
  for (int i = 0; i < 6; i++)
    if (open("/", O_RDONLY | O_DIRECTORY) < 0 || open("/", O_PATH) < 0 ||
        socket(AF_UNIX, SOCK_STREAM, 0) < 0)
      return 2;
  if (pipe(fds) != 0 || dup2(fds[1], 900) != 900)
    return 2;
  execvp(argv[1], argv + 1);
  return 127;
}
