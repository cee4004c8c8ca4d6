# bash completion for hutch, made from its option table by "make regen".
# shellcheck shell=bash disable=SC2207

declare -gA _hutch_operands=(
  [--help]=''
  [--version]=''
  [--args]='o'
  [--profile]='f'
  [--error-fd]='o'
  [--status-fd]='o'
  [--dry-run]=''
  [--print-plan]='o'
  [--explain]='f'
  [--json]=''
  [--doctor]=''
  [--level-prefix]=''
  [--not-a-security-boundary]=''
  [--unshare-user]=''
  [--unshare-user-try]=''
  [--unshare-pid]=''
  [--unshare-ipc]=''
  [--unshare-uts]=''
  [--unshare-cgroup]=''
  [--unshare-cgroup-try]=''
  [--unshare-net]=''
  [--unshare-all]=''
  [--share-pid]=''
  [--share-ipc]=''
  [--share-uts]=''
  [--share-cgroup]=''
  [--share-net]=''
  [--userns]='o'
  [--userns2]='o'
  [--pidns]='o'
  [--disable-userns]=''
  [--assert-userns-disabled]=''
  [--hostname]='o'
  [--uid]='o'
  [--gid]='o'
  [--keep-id]=''
  [--bind]='ff'
  [--ro-bind]='ff'
  [--dev-bind]='ff'
  [--bind-try]='ff'
  [--ro-bind-try]='ff'
  [--dev-bind-try]='ff'
  [--bind-fd]='of'
  [--ro-bind-fd]='of'
  [--overlay-src]='f'
  [--overlay]='oof'
  [--tmp-overlay]='f'
  [--ro-overlay]='f'
  [--bind-create]='ff'
  [--show-try]='f'
  [--tmpfs]='f'
  [--proc]='f'
  [--dev]='f'
  [--mqueue]='f'
  [--dir]='f'
  [--file]='of'
  [--bind-data]='of'
  [--ro-bind-data]='of'
  [--symlink]='ff'
  [--remount-ro]='f'
  [--chmod]='of'
  [--perms]='o'
  [--size]='o'
  [--chdir]='d'
  [--setenv]='vo'
  [--unsetenv]='v'
  [--clearenv]=''
  [--keepenv]='v'
  [--argv0]='o'
  [--keep-fd]='o'
  [--new-session]=''
  [--die-with-parent]=''
  [--as-pid-1]=''
  [--lock-file]='f'
  [--dbus-session]='o'
  [--dbus-session-try]='o'
  [--dbus-system]='o'
  [--dbus-system-try]='o'
  [--sync-fd]='o'
  [--block-fd]='o'
  [--userns-block-fd]='o'
  [--info-fd]='o'
  [--json-status-fd]='o'
  [--cap-add]='c'
  [--cap-drop]='c'
  [--seccomp]='o'
  [--add-seccomp-fd]='o'
  [--seccomp-filter]='o'
  [--seccomp-log]=''
  [--exec-label]='o'
  [--file-label]='o'
)

_hutch() {
  local word=${COMP_WORDS[COMP_CWORD]} at=1 operands='' options='--help --version --args --profile --error-fd --status-fd --dry-run --print-plan --explain --json --doctor --level-prefix --not-a-security-boundary --unshare-user --unshare-user-try --unshare-pid --unshare-ipc --unshare-uts --unshare-cgroup --unshare-cgroup-try --unshare-net --unshare-all --share-pid --share-ipc --share-uts --share-cgroup --share-net --userns --userns2 --pidns --disable-userns --assert-userns-disabled --hostname --uid --gid --keep-id --bind --ro-bind --dev-bind --bind-try --ro-bind-try --dev-bind-try --bind-fd --ro-bind-fd --overlay-src --overlay --tmp-overlay --ro-overlay --bind-create --show-try --tmpfs --proc --dev --mqueue --dir --file --bind-data --ro-bind-data --symlink --remount-ro --chmod --perms --size --chdir --setenv --unsetenv --clearenv --keepenv --argv0 --keep-fd --new-session --die-with-parent --as-pid-1 --lock-file --dbus-session --dbus-session-try --dbus-system --dbus-system-try --sync-fd --block-fd --userns-block-fd --info-fd --json-status-fd --cap-add --cap-drop --seccomp --add-seccomp-fd --seccomp-filter --seccomp-log --exec-label --file-label'
  # Step over each option and its operands to what stands before the cursor.
  while ((at < COMP_CWORD)); do
    if [[ ! -v _hutch_operands[${COMP_WORDS[at]}] ]]; then
      [[ ${COMP_WORDS[at]} == -- ]] && ((at++))
      if declare -F _command_offset >/dev/null; then _command_offset "$at"
      else COMPREPLY=($(compgen -f -- "$word")); fi
      return
    fi
    operands=${_hutch_operands[${COMP_WORDS[at]}]}
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
