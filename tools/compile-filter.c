/* Compiles the built-in seccomp filter and prints it as a C header.
 *
 * libseccomp needs longer to build a filter than hutch needs to start, so it
 * does its work once, while hutch is built.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include <errno.h>
#include <linux/filter.h>
#include <seccomp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

static void
check(int result, const char *what)
{
  if (result < 0) {
    fprintf(stderr, "compile-filter: %s: %s\n", what, strerror(-result));
    exit(EXIT_FAILURE);
  }
}

/* The kernel looks at the low 32 bits of an ioctl's request alone: comparing
 * all 64 would let the same request with a higher bit set pass by. */
static void
refuse_ioctl(scmp_filter_ctx context, uint32_t request)
{
  check(seccomp_rule_add(context, SCMP_ACT_ERRNO(EPERM), SCMP_SYS(ioctl), 1,
                         SCMP_A1(SCMP_CMP_MASKED_EQ, UINT32_MAX, request)),
        "seccomp_rule_add");
}

static void
add_architectures(scmp_filter_ctx context)
{
#ifdef __x86_64__
  check(seccomp_arch_add(context, SCMP_ARCH_X86), "seccomp_arch_add");
  check(seccomp_arch_add(context, SCMP_ARCH_X32), "seccomp_arch_add");
#elif defined __aarch64__
  check(seccomp_arch_add(context, SCMP_ARCH_ARM), "seccomp_arch_add");
#else
  (void)context;
#endif
}

static void
print_filter(scmp_filter_ctx context, const char *name)
{
  struct sock_filter instruction;
  FILE *file = tmpfile();

  if (!file) {
    perror("compile-filter: tmpfile");
    exit(EXIT_FAILURE);
  }
  check(seccomp_export_bpf(context, fileno(file)), "seccomp_export_bpf");
  rewind(file);
  printf("static const struct sock_filter %s[] = {\n", name);
  while (fread(&instruction, sizeof instruction, 1, file) == 1)
    printf("    {0x%04x, %u, %u, 0x%08x},\n", instruction.code, instruction.jt, instruction.jf,
           instruction.k);
  printf("};\n");
  fclose(file);
}

int
main(void)
{
  scmp_filter_ctx context = seccomp_init(SCMP_ACT_ALLOW);

  if (!context)
    check(-ENOMEM, "seccomp_init");
  /* A call of an architecture that the filter was not made for passes no rule. */
  check(seccomp_attr_set(context, SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_ERRNO(ENOSYS)),
        "seccomp_attr_set");
  add_architectures(context);
  refuse_ioctl(context, TIOCSTI);
  refuse_ioctl(context, TIOCLINUX);
  printf("/* Made by compile-filter while building. */\n#include <linux/filter.h>\n\n");
  print_filter(context, "builtin_terminal");
  seccomp_release(context);
  return EXIT_SUCCESS;
}
