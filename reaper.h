/* reaper: PID 1 inside.
 *
 * It sleeps in one call and wakes for signals only: a child that ended is
 * reaped, a signal that the monitor passes on is given to the payload, and the
 * payload's end is the reaper's own, with the same status; the kernel then ends
 * what is left in the process namespace.
 *
 * On signals. The monitor passes a signal on as a real-time signal of its own
 * number, so that it does not merge with one sent to the reaper itself. A signal
 * that goes to a whole process group, from a terminal or by kill(2), reaches the
 * monitor, the reaper and the payload alike: the reaper takes its own copy as the
 * sign that the payload has had one, and drops the one that the monitor passes
 * on. The kernel serves the youngest process of a group first, so the reaper's
 * copy is there before the monitor's can be passed on. One that somebody sends to
 * the reaper alone looks the same; it is forgotten after a moment, and so takes no
 * later signal away.
 *
 * Where the process namespace is shared, the reaper is the subreaper of what
 * descends from it and ends that by itself. It does so in a namespace of its own too when it
 * is to tell how the payload ended: what the kernel ends there it counts for nobody.
 *
 * Right of the fork line. It must not know the plan.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/resource.h>
#include <sys/types.h>

enum {
  /* Signal N is passed on as SIGNAL_FORWARDED + N. These are sent as kill(2) sends
   * them: such a signal arrives even when the queue of real-time signals is full. */
  SIGNAL_FORWARDED = 34,
  SIGNAL_END = 63, /* end everything, now */
};

/* How the payload ended: what waiting for it told. */
struct ending {
  int wait_status;
  struct rusage usage; /* its own, and that of what it waited for itself */
};

struct reaper {
  pid_t payload;
  bool own_namespace; /* the process is PID 1 of a process namespace */
  int proc_fd;        /* a proc that lists the process; needed when it is not */
  int status_fd;      /* takes how the payload ended; -1 where nobody asks */
  uint64_t mask;      /* for reaper_linger(): the signals to block */
};

/* SIGNAL in a set as the kernel has it. */
static inline uint64_t
reaper_bit(int signal)
{
  return UINT64_C(1) << (signal - 1);
}

/* Those that are passed on to the payload. */
#define REAPER_SIGNALS                                                                             \
  (reaper_bit(SIGTERM) | reaper_bit(SIGINT) | reaper_bit(SIGHUP) | reaper_bit(SIGQUIT) |           \
   reaper_bit(SIGUSR1) | reaper_bit(SIGUSR2) | reaper_bit(SIGWINCH) | reaper_bit(SIGCONT))

/* Forgets the signals that wait for the calling process, all of them blocked: a
 * payload that is started now has had none of them. */
void reaper_forget_signals(void);

/* Reaps until the payload has ended; then ends what is left and exits. */
_Noreturn void reaper_run(const struct reaper *reaper);

/* Reaps until there is nothing more to reap, and tells how the payload ended when
 * it does. Signals are left to the kernel. */
_Noreturn void reaper_linger(const struct reaper *reaper);
