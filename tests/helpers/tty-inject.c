/* Tries, on its standard input, each ioctl that types into a terminal, and prints what each one
 * returned. */
#define _GNU_SOURCE 1
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#define X32_BIT 0x40000000L
#define X32_IOCTL 514L
#define I386_IOCTL 54

static void
report(const char *name, long result, int error)
{
  printf("%s: %s\n", name, result >= 0 ? "accepted" : strerrorname_np(error));
}

static void
try_ioctl(const char *name, long number, unsigned long request)
{
  char key = '\n';
  long result = syscall(number, 0, request, &key);

  report(name, result, errno);
}

int
main(void)
{
  try_ioctl("TIOCSTI", SYS_ioctl, TIOCSTI);
  try_ioctl("TIOCLINUX", SYS_ioctl, TIOCLINUX);
#if UINTPTR_MAX > UINT32_MAX
  try_ioctl("TIOCSTI+2^32", SYS_ioctl, TIOCSTI | 1UL << 32);
  try_ioctl("TIOCLINUX+2^32", SYS_ioctl, TIOCLINUX | 1UL << 32);
#endif
#ifdef __x86_64__
  long result;

  try_ioctl("x32 TIOCSTI", X32_IOCTL | X32_BIT, TIOCSTI);
  __asm__ volatile("int $0x80"
                   : "=a"(result)
                   : "a"(I386_IOCTL), "b"(0), "c"(TIOCSTI), "d"(0)
                   : "memory", "r8", "r9", "r10", "r11");
  report("i386 TIOCSTI", result, (int)-result);
#endif
  return 0;
}
