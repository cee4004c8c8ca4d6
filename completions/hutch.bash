# bash completion for hutch, made from its option table by "make regen".
# shellcheck shell=bash disable=SC2207

_hutch_operands() {
  case $1 in
  --help) echo ; ;;
  --version) echo ; ;;
  --args) echo o; ;;
  --level-prefix) echo ; ;;
  --not-a-security-boundary) echo ; ;;
  --unshare-user) echo ; ;;
  --unshare-user-try) echo ; ;;
  --unshare-pid) echo ; ;;
  --unshare-ipc) echo ; ;;
  --unshare-uts) echo ; ;;
  --unshare-cgroup) echo ; ;;
  --unshare-cgroup-try) echo ; ;;
  --unshare-net) echo ; ;;
  --unshare-all) echo ; ;;
  --share-pid) echo ; ;;
  --share-ipc) echo ; ;;
  --share-uts) echo ; ;;
  --share-cgroup) echo ; ;;
  --share-net) echo ; ;;
  --userns) echo o; ;;
  --userns2) echo o; ;;
  --pidns) echo o; ;;
  --disable-userns) echo ; ;;
  --assert-userns-disabled) echo ; ;;
  --hostname) echo o; ;;
  --uid) echo o; ;;
  --gid) echo o; ;;
  --keep-id) echo ; ;;
  --bind) echo ff; ;;
  --ro-bind) echo ff; ;;
  --dev-bind) echo ff; ;;
  --bind-try) echo ff; ;;
  --ro-bind-try) echo ff; ;;
  --dev-bind-try) echo ff; ;;
  --bind-fd) echo of; ;;
  --ro-bind-fd) echo of; ;;
  --overlay-src) echo f; ;;
  --overlay) echo oof; ;;
  --tmp-overlay) echo f; ;;
  --ro-overlay) echo f; ;;
  --tmpfs) echo f; ;;
  --proc) echo f; ;;
  --dev) echo f; ;;
  --mqueue) echo f; ;;
  --dir) echo f; ;;
  --file) echo of; ;;
  --bind-data) echo of; ;;
  --ro-bind-data) echo of; ;;
  --symlink) echo ff; ;;
  --remount-ro) echo f; ;;
  --chmod) echo of; ;;
  --perms) echo o; ;;
  --size) echo o; ;;
  --chdir) echo d; ;;
  --setenv) echo vo; ;;
  --unsetenv) echo v; ;;
  --clearenv) echo ; ;;
  --argv0) echo o; ;;
  --keep-fd) echo o; ;;
  --new-session) echo ; ;;
  --die-with-parent) echo ; ;;
  --as-pid-1) echo ; ;;
  --lock-file) echo f; ;;
  --sync-fd) echo o; ;;
  --block-fd) echo o; ;;
  --userns-block-fd) echo o; ;;
  --info-fd) echo o; ;;
  --json-status-fd) echo o; ;;
  --cap-add) echo c; ;;
  --cap-drop) echo c; ;;
  --seccomp) echo o; ;;
  --add-seccomp-fd) echo o; ;;
  --exec-label) echo o; ;;
  --file-label) echo o; ;;
  *) return 1 ;;
  esac
}

_hutch() {
  local word=${COMP_WORDS[COMP_CWORD]} at=1 operands='' options='--help --version --args --level-prefix --not-a-security-boundary --unshare-user --unshare-user-try --unshare-pid --unshare-ipc --unshare-uts --unshare-cgroup --unshare-cgroup-try --unshare-net --unshare-all --share-pid --share-ipc --share-uts --share-cgroup --share-net --userns --userns2 --pidns --disable-userns --assert-userns-disabled --hostname --uid --gid --keep-id --bind --ro-bind --dev-bind --bind-try --ro-bind-try --dev-bind-try --bind-fd --ro-bind-fd --overlay-src --overlay --tmp-overlay --ro-overlay --tmpfs --proc --dev --mqueue --dir --file --bind-data --ro-bind-data --symlink --remount-ro --chmod --perms --size --chdir --setenv --unsetenv --clearenv --argv0 --keep-fd --new-session --die-with-parent --as-pid-1 --lock-file --sync-fd --block-fd --userns-block-fd --info-fd --json-status-fd --cap-add --cap-drop --seccomp --add-seccomp-fd --exec-label --file-label'
  # Step over each option and its operands to what stands before the cursor.
  while ((at < COMP_CWORD)); do
    if ! operands=$(_hutch_operands "${COMP_WORDS[at]}"); then
      [[ ${COMP_WORDS[at]} == -- ]] && ((at++))
      if declare -F _command_offset >/dev/null; then _command_offset "$at"
      else COMPREPLY=($(compgen -f -- "$word")); fi
      return
    fi
    if ((at + ${#operands} >= COMP_CWORD)); then
      operands=${operands:COMP_CWORD-at-1:1}
      break
    fi
    ((at += ${#operands} + 1))
    operands=''
  done
  case $operands in
  f) COMPREPLY=($(compgen -f -- "$word")) && compopt -o filenames ;;
  d) COMPREPLY=($(compgen -d -- "$word")) && compopt -o filenames ;;
  c) COMPREPLY=($(compgen -W 'ALL CAP_CHOWN CAP_DAC_OVERRIDE CAP_DAC_READ_SEARCH CAP_FOWNER CAP_FSETID CAP_KILL CAP_SETGID CAP_SETUID CAP_SETPCAP CAP_LINUX_IMMUTABLE CAP_NET_BIND_SERVICE CAP_NET_BROADCAST CAP_NET_ADMIN CAP_NET_RAW CAP_IPC_LOCK CAP_IPC_OWNER CAP_SYS_MODULE CAP_SYS_RAWIO CAP_SYS_CHROOT CAP_SYS_PTRACE CAP_SYS_PACCT CAP_SYS_ADMIN CAP_SYS_BOOT CAP_SYS_NICE CAP_SYS_RESOURCE CAP_SYS_TIME CAP_SYS_TTY_CONFIG CAP_MKNOD CAP_LEASE CAP_AUDIT_WRITE CAP_AUDIT_CONTROL CAP_SETFCAP CAP_MAC_OVERRIDE CAP_MAC_ADMIN CAP_SYSLOG CAP_WAKE_ALARM CAP_BLOCK_SUSPEND CAP_AUDIT_READ CAP_PERFMON CAP_BPF CAP_CHECKPOINT_RESTORE' -- "$word")) ;;
  v) COMPREPLY=($(compgen -v -- "$word")) ;;
  o) COMPREPLY=() ;;
  *) if [[ $word == -* ]]; then COMPREPLY=($(compgen -W "$options" -- "$word"))
     else COMPREPLY=($(compgen -c -- "$word")); fi ;;
  esac
}

complete -F _hutch hutch
