/*
 * mark-filter <FILTER >MARKED
 *
 * Adds 1000 to each errno that a seccomp filter answers with, so that its answers can be told from
 * the kernel's own.
 */
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stdio.h>

#define MARK 1000

int
main(void)
{
  struct sock_filter instruction;

  while (fread(&instruction, sizeof instruction, 1, stdin) == 1) {
    if (instruction.code == (BPF_RET | BPF_K) &&
        (instruction.k & SECCOMP_RET_ACTION_FULL) == SECCOMP_RET_ERRNO)
      instruction.k += MARK;
    if (fwrite(&instruction, sizeof instruction, 1, stdout) != 1)
      return 1;
  }
  return fflush(stdout) != 0;
}
