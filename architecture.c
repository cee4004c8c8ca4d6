/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "architecture.h"

#include <linux/audit.h>
#include <seccomp.h>
#include <stdlib.h>
#include <string.h>

const struct architecture architectures[] = {
    {"x86_64", SCMP_ARCH_X86_64, AUDIT_ARCH_X86_64, true, "i386"},
    {"i386", SCMP_ARCH_X86, AUDIT_ARCH_I386, false, NULL},
    {"x32", SCMP_ARCH_X32, AUDIT_ARCH_X86_64, true, NULL},
    {"aarch64", SCMP_ARCH_AARCH64, AUDIT_ARCH_AARCH64, true, "arm"},
    {"arm", SCMP_ARCH_ARM, AUDIT_ARCH_ARM, false, NULL},
    {"riscv64", SCMP_ARCH_RISCV64, AUDIT_ARCH_RISCV64, true, NULL},
    {"ppc64le", SCMP_ARCH_PPC64LE, AUDIT_ARCH_PPC64LE, true, NULL},
    {0},
};

/* Since Linux 5.1 a new call has the same number everywhere, one after the other. */
static const char *const young_calls[] = {
    "pidfd_send_signal",
    "io_uring_setup",
    "io_uring_enter",
    "io_uring_register",
    "open_tree",
    "move_mount",
    "fsopen",
    "fsconfig",
    "fsmount",
    "fspick",
    "pidfd_open",
    "clone3",
    "close_range",
    "openat2",
    "pidfd_getfd",
    "faccessat2",
    "process_madvise",
    "epoll_pwait2",
    "mount_setattr",
    "quotactl_fd",
    "landlock_create_ruleset",
    "landlock_add_rule",
    "landlock_restrict_self",
    "memfd_secret",
    "process_mrelease",
    "futex_waitv",
    "set_mempolicy_home_node",
    "cachestat",
    "fchmodat2",
    "map_shadow_stack",
    "futex_wake",
    "futex_wait",
    "futex_requeue",
    "statmount",
    "listmount",
    "lsm_get_self_attr",
    "lsm_set_self_attr",
    "lsm_list_modules",
    "mseal",
    "setxattrat",
    "getxattrat",
    "listxattrat",
    "removexattrat",
    "open_tree_attr",
    "file_getattr",
    "file_setattr",
};

enum {
  FIRST_YOUNG = 424,
  NUMBERS_MAX = 1024,       /* no architecture has as many calls */
  ARM_PRIVATE = 0x000f0000, /* where a few of the machine's own begin */
  ARM_PRIVATE_MAX = 16,
};

struct table {
  GHashTable *names;   /* number to name */
  GHashTable *numbers; /* name to number */
};

static gpointer
key_of(uint32_t number)
{
  return GUINT_TO_POINTER(number);
}

static void
add_call(struct table *table, uint32_t number, char *name)
{
  if (g_hash_table_contains(table->names, key_of(number)))
    return;
  g_hash_table_insert(table->names, key_of(number), name);
  g_hash_table_insert(table->numbers, name, key_of(number));
}

static void
add_range(struct table *table, const struct architecture *architecture, uint32_t first,
          uint32_t count)
{
  for (uint32_t number = first; number < first + count; number++) {
    char *name = seccomp_syscall_resolve_num_arch(architecture->library, (int)number);
    if (name) {
      add_call(table, number, g_strdup(name));
      free(name);
    }
  }
}

/* By number and not by name: the library has numbers of its own for calls that an architecture
 * also offers through another call. */
static const struct table *
table_of(const struct architecture *architecture)
{
  static struct table tables[G_N_ELEMENTS(architectures)];
  struct table *table = &tables[architecture - architectures];
  uint32_t bit = architecture->library == SCMP_ARCH_X32 ? ARCHITECTURE_X32_BIT : 0;

  if (table->names)
    return table;
  table->names = g_hash_table_new(g_direct_hash, g_direct_equal);
  table->numbers = g_hash_table_new(g_str_hash, g_str_equal);
  add_range(table, architecture, bit, NUMBERS_MAX);
  if (architecture->library == SCMP_ARCH_ARM)
    add_range(table, architecture, ARM_PRIVATE, ARM_PRIVATE_MAX);
  /* A name that the library knows has been found, or is not for this architecture. */
  for (size_t i = 0; i < G_N_ELEMENTS(young_calls); i++)
    if (seccomp_syscall_resolve_name(young_calls[i]) == __NR_SCMP_ERROR)
      add_call(table, bit | (uint32_t)(FIRST_YOUNG + i), (char *)young_calls[i]);
  return table;
}

const struct architecture *
architecture_find(const char *name)
{
  for (const struct architecture *one = architectures; one->name; one++)
    if (strcmp(one->name, name) == 0)
      return one;
  return NULL;
}

const struct architecture *
architecture_native(void)
{
  for (const struct architecture *one = architectures; one->name; one++)
    if (one->library == seccomp_arch_native())
      return one;
  return NULL;
}

bool
architecture_number(const struct architecture *architecture, const char *name, uint32_t *number)
{
  gpointer found;

  if (!g_hash_table_lookup_extended(table_of(architecture)->numbers, name, NULL, &found))
    return false;
  *number = GPOINTER_TO_UINT(found);
  return true;
}

const char *
architecture_call(const struct architecture *architecture, uint32_t number)
{
  return g_hash_table_lookup(table_of(architecture)->names, key_of(number));
}

static int
compare_numbers(const void *one, const void *other)
{
  uint32_t left = *(const uint32_t *)one, right = *(const uint32_t *)other;

  return left < right ? -1 : left > right;
}

GArray *
architecture_numbers(const struct architecture *architecture)
{
  GArray *numbers = g_array_new(FALSE, FALSE, sizeof(uint32_t));
  GHashTableIter iterator;
  gpointer key;

  g_hash_table_iter_init(&iterator, table_of(architecture)->names);
  while (g_hash_table_iter_next(&iterator, &key, NULL)) {
    uint32_t number = GPOINTER_TO_UINT(key);
    g_array_append_val(numbers, number);
  }
  g_array_sort(numbers, compare_numbers);
  return numbers;
}

bool
architecture_is_call(const char *name)
{
  for (const struct architecture *one = architectures; one->name; one++) {
    uint32_t number;
    if (architecture_number(one, name, &number))
      return true;
  }
  return false;
}
