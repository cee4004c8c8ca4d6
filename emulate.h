/* emulate: what a compiled filter says to a system call.
 *
 * Carries out the instructions that the kernel takes in a seccomp filter, on a call that nobody
 * makes. This room should come to the kernel's own answer, for any data, and must not trust them.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stdbool.h>
#include <stdint.h>

/* The answer, SECCOMP_RET_*, of PROGRAM to CALL. False if it comes to an
 * instruction that the kernel would not have taken. */
bool emulate_filter(const struct sock_fprog *program, const struct seccomp_data *call,
                    uint32_t *answer);
