/* doctor: what this system allows, found out by trying.
 *
 * Each step really does what it reports on, in a child of its own and under a time bound:
 * it starts hutch itself, or makes the call. Left of the fork line. It must not claim
 * what it has not just done.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stdbool.h>

/* Tries everything and prints a report, as JSON if IS_JSON is true. Returns the exit
 * status: 0 if `hutch --ro-bind / / true` works, else 1. */
int doctor_run(bool is_json);
