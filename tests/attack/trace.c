#define _GNU_SOURCE 1
#include "trace.h"

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum {
  TRACEES_MAX = 64,
  HANG_SECONDS = 8,
  GRACE_SECONDS = 5,
  OPTIONS = PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK | PTRACE_O_TRACECLONE |
            PTRACE_O_TRACEEXEC | PTRACE_O_EXITKILL,
};

/* Where the registers that hold a system call are known. */
static const bool is_known_machine =
#if defined __x86_64__ || defined __aarch64__
    true;
#else
    false;
#endif

struct tracee {
  pid_t pid;
  int process;     /* or PROCESSES */
  bool is_watched; /* its system calls are looked at */
  bool is_faulty;  /* in the system call that is to fail */
};

struct session {
  const struct command *command;
  const struct fault *fault;
  struct outcome *outcome;
  struct tracee tracees[TRACEES_MAX]; /* in the order in which they were made */
  size_t count;
  size_t living;
  bool is_over; /* the fault took place */
};

static void
note_alarm(int signal)
{
  (void)signal;
}

static double
now(void)
{
  struct timespec time;

  clock_gettime(CLOCK_MONOTONIC, &time);
  return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

/* Replaces the number of the system call that is about to begin by one that nobody has. */
static void
cancel_call(pid_t pid)
{
#if defined __x86_64__
  ptrace(PTRACE_POKEUSER, pid, offsetof(struct user_regs_struct, orig_rax), -1L);
#elif defined __aarch64__
  int none = -1;
  struct iovec vector = {&none, sizeof none};
  ptrace(PTRACE_SETREGSET, pid, NT_ARM_SYSTEM_CALL, &vector);
#else
  (void)pid;
#endif
}

static void
answer_call(pid_t pid, int error)
{
#if defined __x86_64__
  ptrace(PTRACE_POKEUSER, pid, offsetof(struct user_regs_struct, rax), -(long)error);
#elif defined __aarch64__
  struct user_regs_struct registers;
  struct iovec vector = {&registers, sizeof registers};
  ptrace(PTRACE_GETREGSET, pid, NT_PRSTATUS, &vector);
  registers.regs[0] = (unsigned long long)-(long)error;
  ptrace(PTRACE_SETREGSET, pid, NT_PRSTATUS, &vector);
#else
  (void)pid;
  (void)error;
#endif
}

static struct tracee *
find_known(struct session *session, pid_t pid)
{
  for (size_t i = session->count; i-- > 0;)
    if (session->tracees[i].pid == pid)
      return &session->tracees[i];
  return NULL;
}

static pid_t
parent_of(pid_t pid)
{
  char path[64];
  int parent = 0;

  snprintf(path, sizeof path, "/proc/%d/stat", pid);
  FILE *file = fopen(path, "re");
  if (file && fscanf(file, "%*d (%*[^)]) %*c %d", &parent) != 1)
    parent = 0;
  if (file)
    fclose(file);
  return parent;
}

/* A proxy makes processes of its own before the payload's is made. */
static int
process_of(struct session *session, pid_t pid)
{
  int index = (int)session->count;

  if (!session->command->has_proxy || index == MONITOR)
    return index < PROXY ? index : PROCESSES;
  if (index == 1)
    return PROXY;
  const struct tracee *parent = find_known(session, parent_of(pid));
  return parent && parent->process < PAYLOAD ? parent->process + 1 : PROCESSES;
}

static struct tracee *
find_tracee(struct session *session, pid_t pid)
{
  struct tracee *known = find_known(session, pid);

  if (known)
    return known;
  if (session->count == TRACEES_MAX)
    return NULL;
  struct tracee *tracee = &session->tracees[session->count];
  int process = process_of(session, pid);
  session->count++;
  *tracee = (struct tracee){.pid = pid, .process = process};
  tracee->is_watched = process < PROCESSES && session->fault->resource < 0 &&
                       (session->fault->process < 0 || session->fault->process == process);
  session->living++;
  return tracee;
}

bool
trace_may_fail(int call)
{
  static const int never[] = {
      SYS_exit,   SYS_exit_group, SYS_rt_sigreturn, SYS_umask,   SYS_getpid,
      SYS_getuid, SYS_getppid,    SYS_geteuid,      SYS_getegid, SYS_set_tid_address,
  };

  for (size_t i = 0; i < sizeof never / sizeof never[0]; i++)
    if (call == never[i])
      return false;
  return true;
}

void
trace_swap(const struct command *command)
{
  if (renameat2(AT_FDCWD, command->swapped[0], AT_FDCWD, command->swapped[1], RENAME_EXCHANGE) != 0)
    perror(command->swapped[0]);
}

static void
enter_call(struct session *session, struct tracee *tracee, int call)
{
  struct outcome *outcome = session->outcome;
  const struct fault *fault = session->fault;
  int process = tracee->process;
  long number = outcome->counts[process]++;

  if (number < CALLS_MAX)
    outcome->calls[process][number] = call;
  if (session->is_over || process != fault->process || number != fault->call)
    return;
  if (fault->what > 0 && !trace_may_fail(call))
    return;
  session->is_over = outcome->is_reached = true;
  outcome->call = call;
  if (fault->what == DO_KILL) {
    kill(tracee->pid, SIGKILL);
  } else if (fault->what == DO_SWAP) {
    trace_swap(session->command);
  } else {
    cancel_call(tracee->pid);
    tracee->is_faulty = true;
  }
}

/* Looks at a system call that begins or ends. */
static void
pass_call(struct session *session, struct tracee *tracee)
{
  struct __ptrace_syscall_info info;

  if (ptrace(PTRACE_GET_SYSCALL_INFO, tracee->pid, sizeof info, &info) <= 0)
    return;
  if (info.op == PTRACE_SYSCALL_INFO_ENTRY) {
    enter_call(session, tracee, (int)info.entry.nr);
  } else if (tracee->is_faulty) {
    answer_call(tracee->pid, session->fault->what);
    tracee->is_faulty = false;
    tracee->is_watched = false;
  }
}

/* The payload's set-up is over when it executes its command; the monitor's first exec is
 * the beginning, and the proxy's is not the end. */
static void
pass_exec(struct session *session, struct tracee *tracee)
{
  const struct fault *fault = session->fault;

  if (tracee == session->tracees) {
    tracee->is_watched = fault->resource < 0 && fault->process <= 0;
    return;
  }
  if (tracee->process == PROXY)
    return;
  tracee->is_watched = false;
}

static void
take_stop(struct session *session, pid_t pid, int status)
{
  struct tracee *tracee = find_tracee(session, pid);
  int signal = WSTOPSIG(status), event = status >> 16;

  if (!tracee)
    return;
  if (signal == (SIGTRAP | 0x80)) {
    pass_call(session, tracee);
    signal = 0;
  } else if (event == PTRACE_EVENT_EXEC) {
    pass_exec(session, tracee);
    signal = 0;
  } else if (event == PTRACE_EVENT_STOP && signal != SIGTRAP) {
    ptrace(PTRACE_LISTEN, pid, 0, 0);
    return;
  } else if (event != 0) {
    signal = 0;
  }
  ptrace(tracee->is_watched ? PTRACE_SYSCALL : PTRACE_CONT, pid, 0, (long)signal);
}

static void
kill_all(const struct session *session)
{
  for (size_t i = 0; i < session->count; i++)
    if (session->tracees[i].pid > 0)
      kill(session->tracees[i].pid, SIGKILL);
}

static void
take_end(struct session *session, pid_t pid, int status)
{
  struct tracee *tracee = find_tracee(session, pid);

  if (!tracee)
    return;
  if (tracee == session->tracees)
    session->outcome->wait_status = status;
  tracee->pid = 0;
  session->living--;
}

/* Until the last process has ended. What goes on for long after the monitor is left over. */
static void
follow(struct session *session)
{
  struct outcome *outcome = session->outcome;
  double deadline = now() + HANG_SECONDS, ended = 0;
  int status;

  while (session->living > 0) {
    pid_t pid = waitpid(-1, &status, __WALL);
    if (pid < 0 && errno != EINTR)
      break;
    if (pid > 0 && WIFSTOPPED(status))
      take_stop(session, pid, status);
    else if (pid > 0)
      take_end(session, pid, status);
    if (session->tracees[0].pid == 0 && ended <= 0) {
      ended = now();
    } else if (ended > 0 && session->living > 0 && now() > ended + GRACE_SECONDS) {
      outcome->left = (int)session->living;
      kill_all(session);
      ended += HANG_SECONDS;
    } else if (ended <= 0 && now() > deadline) {
      outcome->is_hanging = true;
      kill_all(session);
      deadline += HANG_SECONDS;
    }
  }
}

static _Noreturn void
become_command(const struct command *command, const struct fault *fault, const int go[2],
               const int output[2])
{
  const struct rlimit limit = {.rlim_cur = fault->limit, .rlim_max = fault->limit};
  char byte;

  int null_fd = open("/dev/null", O_RDWR | O_CLOEXEC);
  dup2(null_fd, 0);
  dup2(output[0], 1);
  dup2(output[1], 2);
  for (size_t i = 0; i < command->handed_count; i++) {
    int fd = open(command->handed[i].path, O_RDWR | O_CLOEXEC);
    if (fd < 0)
      fd = open(command->handed[i].path, O_RDONLY | O_CLOEXEC);
    if (fd < 0 || dup2(fd, command->handed[i].number) < 0)
      _exit(99);
  }
  /* Of what it is to find: signals ignored and blocked, which a payload must not inherit. */
  sigset_t blocked;
  sigemptyset(&blocked);
  sigaddset(&blocked, SIGUSR2);
  sigprocmask(SIG_SETMASK, &blocked, NULL);
  signal(SIGUSR1, SIG_IGN);
  signal(SIGRTMAX, SIG_IGN);
  signal(SIGALRM, SIG_DFL);
  if (command->directory && chdir(command->directory) != 0)
    _exit(99);
  if (read(go[0], &byte, 1) != 1 ||
      (fault->resource >= 0 && setrlimit((__rlimit_resource_t)fault->resource, &limit) != 0))
    _exit(99);
  execve(command->argv[0], command->argv, command->environment);
  _exit(99);
}

/* Reads what is there, and does not wait for an end. */
static void
read_text(int fd, char *text, size_t size)
{
  size_t length = 0;
  ssize_t got;

  while (length < size - 1 && (got = read(fd, text + length, size - 1 - length)) > 0)
    length += (size_t)got;
  text[length] = '\0';
}

int
trace_run(const struct command *command, const struct fault *fault, struct outcome *outcome)
{
  const struct itimerval often = {{0, 200000}, {0, 200000}};
  const struct sigaction action = {.sa_handler = note_alarm};
  struct session session = {.command = command, .fault = fault, .outcome = outcome};
  int out[2], err[2], go[2];

  memset(outcome, 0, offsetof(struct outcome, calls));
  if (!is_known_machine || pipe2(out, O_CLOEXEC) != 0 || pipe2(err, O_CLOEXEC) != 0 ||
      pipe2(go, O_CLOEXEC) != 0)
    return -1;
  fcntl(out[0], F_SETPIPE_SZ, TEXT_SIZE);
  fcntl(out[0], F_SETFL, O_NONBLOCK);
  fcntl(err[0], F_SETFL, O_NONBLOCK);
  sigaction(SIGALRM, &action, NULL);
  pid_t pid = fork();
  if (pid == 0)
    become_command(command, fault, go, (const int[]){out[1], err[1]});
  if (pid < 0 || ptrace(PTRACE_SEIZE, pid, 0, (long)OPTIONS) != 0) {
    perror("PTRACE_SEIZE");
    return -1;
  }
  find_tracee(&session, pid);
  session.tracees[0].is_watched = false;
  (void)!write(go[1], "", 1);
  setitimer(ITIMER_REAL, &often, NULL);
  follow(&session);
  setitimer(ITIMER_REAL, &(const struct itimerval){0}, NULL);
  read_text(out[0], outcome->out, sizeof outcome->out);
  read_text(err[0], outcome->err, sizeof outcome->err);
  for (int i = 0; i < 2; i++) {
    close(out[i]);
    close(err[i]);
    close(go[i]);
  }
  return 0;
}
