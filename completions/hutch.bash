# bash completion for hutch, made from its option table by "make regen".
# shellcheck shell=bash

# What each option takes, a word for each operand. The file may be read inside of a function,
# where an array would be that function's own.
declare -gA _hutch_takes=(
  [--help]=''
  [--version]=''
  [--args]='fd'
  [--profile]='profile'
  [--error-fd]='fd'
  [--status-fd]='fd'
  [--dry-run]=''
  [--print-plan]='form'
  [--explain]='inside'
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
  [--userns]='fd'
  [--userns2]='fd'
  [--pidns]='fd'
  [--disable-userns]=''
  [--assert-userns-disabled]=''
  [--hostname]='host'
  [--uid]='uid'
  [--gid]='gid'
  [--keep-id]=''
  [--bind]='file inside'
  [--ro-bind]='file inside'
  [--dev-bind]='file inside'
  [--bind-try]='file inside'
  [--ro-bind-try]='file inside'
  [--dev-bind-try]='file inside'
  [--bind-fd]='fd inside'
  [--ro-bind-fd]='fd inside'
  [--overlay-src]='directory'
  [--overlay]='directory directory inside-directory'
  [--tmp-overlay]='inside-directory'
  [--ro-overlay]='inside-directory'
  [--bind-create]='directory inside-directory'
  [--show-try]='file'
  [--tmpfs]='inside-directory'
  [--proc]='inside-directory'
  [--dev]='inside-directory'
  [--mqueue]='inside-directory'
  [--dir]='inside-directory'
  [--file]='fd inside'
  [--bind-data]='fd inside'
  [--ro-bind-data]='fd inside'
  [--symlink]='inside inside'
  [--remount-ro]='inside'
  [--chmod]='mode inside'
  [--perms]='mode'
  [--size]='size'
  [--chdir]='inside-directory'
  [--umask]='mode'
  [--setenv]='variable inside'
  [--unsetenv]='variable'
  [--clearenv]=''
  [--keepenv]='variable'
  [--argv0]='program'
  [--keep-fd]='fd'
  [--new-session]=''
  [--die-with-parent]=''
  [--as-pid-1]=''
  [--lock-file]='inside'
  [--dbus-session]='bus-rule'
  [--dbus-session-try]='bus-rule'
  [--dbus-system]='bus-rule'
  [--dbus-system-try]='bus-rule'
  [--sync-fd]='fd'
  [--block-fd]='fd'
  [--userns-block-fd]='fd'
  [--info-fd]='fd'
  [--json-status-fd]='fd'
  [--cap-add]='capability'
  [--cap-drop]='capability'
  [--seccomp]='fd'
  [--add-seccomp-fd]='fd'
  [--seccomp-filter]='filter'
  [--seccomp-log]=''
  [--exec-label]='nothing'
  [--file-label]='nothing'
)
_hutch_once=' --help --version --error-fd --status-fd --dry-run --print-plan --json --doctor --level-prefix --not-a-security-boundary --unshare-user --unshare-user-try --unshare-pid --unshare-ipc --unshare-uts --unshare-cgroup --unshare-cgroup-try --unshare-net --unshare-all --share-pid --share-ipc --share-uts --share-cgroup --share-net --userns --userns2 --pidns --disable-userns --assert-userns-disabled --hostname --uid --gid --keep-id --chdir --argv0 --new-session --die-with-parent --as-pid-1 --sync-fd --block-fd --userns-block-fd --info-fd --json-status-fd --seccomp --seccomp-log --exec-label --file-label '
_hutch_capabilities='ALL CAP_CHOWN CAP_DAC_OVERRIDE CAP_DAC_READ_SEARCH CAP_FOWNER CAP_FSETID CAP_KILL CAP_SETGID CAP_SETUID CAP_SETPCAP CAP_LINUX_IMMUTABLE CAP_NET_BIND_SERVICE CAP_NET_BROADCAST CAP_NET_ADMIN CAP_NET_RAW CAP_IPC_LOCK CAP_IPC_OWNER CAP_SYS_MODULE CAP_SYS_RAWIO CAP_SYS_CHROOT CAP_SYS_PTRACE CAP_SYS_PACCT CAP_SYS_ADMIN CAP_SYS_BOOT CAP_SYS_NICE CAP_SYS_RESOURCE CAP_SYS_TIME CAP_SYS_TTY_CONFIG CAP_MKNOD CAP_LEASE CAP_AUDIT_WRITE CAP_AUDIT_CONTROL CAP_SETFCAP CAP_MAC_OVERRIDE CAP_MAC_ADMIN CAP_SYSLOG CAP_WAKE_ALARM CAP_BLOCK_SUSPEND CAP_AUDIT_READ CAP_PERFMON CAP_BPF CAP_CHECKPOINT_RESTORE'
_hutch_filters='terminal default strict'
_hutch_forms='text json args'

# Leaves the words up to the cursor in words, where in COMP_WORDS each begins in starts: readline
# also splits at signs such as = and : inside of a word.
_hutch_join() {
  local line=${COMP_LINE:0:COMP_POINT} rest word i
  words=() starts=()
  for ((i = 0; i <= COMP_CWORD; i++)); do
    rest=${line#"${line%%[![:space:]]*}"}
    word=${COMP_WORDS[i]}
    ((i < COMP_CWORD)) || word=$rest
    if ((i == 0)) || [[ $rest != "$line" ]]; then
      words+=("$word")
      starts+=("$i")
    else
      words[-1]+=$word
    fi
    line=${rest#"$word"}
  done
}

# The command's word is number $1 of words: it and what follows are completed as without hutch.
_hutch_command() {
  if declare -F _command_offset >/dev/null; then
    _command_offset "${starts[$1]}"
  elif (($1 == ${#words[@]} - 1)); then
    mapfile -t COMPREPLY < <(compgen -c -- "$cur")
  else
    compopt -o default
  fi
}

# Adds what begins as the word at the cursor does.
_hutch_add() {
  local offer
  for offer; do
    [[ $offer != "$plain"* ]] || COMPREPLY+=("$offer")
  done
}

# Adds files, or with -d directories.
_hutch_files() {
  compopt -o filenames
  if declare -F _filedir >/dev/null; then
    _filedir "$@"
  else
    local found
    mapfile -t found < <(compgen "${1:--f}" -- "$plain")
    COMPREPLY+=("${found[@]}")
  fi
}

# Adds paths that were named before, and then files: the inside is often as the host is.
_hutch_inside() {
  local word i
  local -A offered=()
  _hutch_files "$@"
  for word in "${COMPREPLY[@]}"; do offered[$word]=yes; done
  for ((i = 1; i < ${#words[@]} - 1; i++)); do
    word=${words[i]//[\"\'\\]/}
    [[ $word == /* && ! ${offered[$word]-} ]] || continue
    offered[$word]=yes
    _hutch_add "$word"
  done
}

# Adds the names that --profile looks up, and what leads to other files.
_hutch_profiles() {
  local config=$HOME/.config directory file
  [[ ${XDG_CONFIG_HOME-} != /* ]] || config=$XDG_CONFIG_HOME
  if [[ $plain == */* || $plain == '~'* ]]; then
    _hutch_files
    return
  fi
  _hutch_files -d
  for directory in "$config" '@sysconfdir@' '@datadir@'; do
    for file in "$directory"/hutch/profiles/*; do
      [[ ! -f $file ]] || _hutch_add "${file##*/}"
    done
  done
}

# Adds the descriptors that hutch would inherit: those that execve() does not close.
_hutch_fds() {
  local info name value
  for info in "/proc/$$/fdinfo"/*; do
    while read -r name value; do
      [[ $name != flags: ]] || ((8#$value & 8#2000000)) || _hutch_add "${info##*/}"
    done 2>/dev/null <"$info"
  done 2>/dev/null
}

# Adds the ids in a database of getent.
_hutch_ids() {
  local id
  while IFS=: read -r _ _ id _; do
    _hutch_add "$id"
  done < <(getent "$1" 2>/dev/null)
}

# $1 is the kind of what is wanted.
_hutch_offer() {
  local found words_of
  case $1 in
  bus-rule)
    words_of='none see= talk= own= call= broadcast='
    compopt -o nospace 2>/dev/null
    ;;
  capability) words_of=$_hutch_capabilities ;;
  filter) words_of=$_hutch_filters ;;
  form) words_of=$_hutch_forms ;;
  mode) words_of='0400 0444 0500 0555 0600 0644 0700 0755 1777' ;;
  size) words_of='1048576 16777216 67108864 268435456 1073741824' ;;
  program) mapfile -t found < <(compgen -c -- "$plain") ;;
  host) mapfile -t found < <(compgen -A hostname -- "$plain") ;;
  variable) mapfile -t found < <(compgen -e -- "$plain") ;;
  file) _hutch_files ;;
  directory) _hutch_files -d ;;
  inside) _hutch_inside ;;
  inside-directory) _hutch_inside -d ;;
  profile) _hutch_profiles ;;
  fd) _hutch_fds ;;
  uid) _hutch_ids passwd ;;
  gid) _hutch_ids group ;;
  esac
  [[ ! ${words_of-} ]] || mapfile -t found < <(compgen -W "$words_of" -- "$plain")
  COMPREPLY+=("${found[@]}")
}

# Adds the options that are not idle the second time.
_hutch_options() {
  local option
  for option in "${!_hutch_takes[@]}"; do
    [[ $_hutch_once == *" $option "* && $given == *" $option "* ]] || _hutch_add "$option"
  done
}

# Leaves what is wanted at the cursor in wanted: option, a kind of operand, command after the
# options, or nothing after what is no option. Leaves the index of the command in at.
_hutch_walk() {
  local word takes last=$((${#words[@]} - 1))
  wanted=option
  while ((at < last)); do
    word=${words[at]}
    if [[ $word == -- ]]; then
      wanted='command'
      ((at++))
      return
    fi
    if [[ $splits && $word == --+([a-z0-9-])=* && ${_hutch_takes[${word%%=*}]-} == +([a-z-]) ]]; then
      given+="${word%%=*} "
      ((at++))
      continue
    fi
    if [[ $word != --+([a-z0-9-]) || ! ${_hutch_takes[$word]+known} ]]; then
      wanted='command'
      [[ $word != -* ]] || wanted=nothing
      return
    fi
    given+="$word "
    read -r -a takes <<<"${_hutch_takes[$word]}"
    if ((at + ${#takes[@]} >= last)); then
      wanted=${takes[last - at - 1]}
      return
    fi
    ((at += ${#takes[@]} + 1))
  done
}

_hutch() {
  local words starts at=1 given=' ' wanted splits=yes cur plain lead i option
  COMPREPLY=()
  [[ ${1##*/} != bwrap ]] || splits=''
  _hutch_join
  _hutch_walk
  cur=${words[-1]}
  option=${cur%%=*}
  if [[ $wanted == option && $splits && $cur == --+([a-z0-9-])=* &&
    ${_hutch_takes[$option]-} == +([a-z-]) ]]; then
    wanted=${_hutch_takes[$option]}
    cur=${cur#*=}
  fi
  if [[ $wanted == command || ($wanted == option && $cur != -*) ]]; then
    _hutch_command "$at"
    return
  fi
  plain=${cur//[\"\'\\]/}
  if [[ $wanted == option ]]; then
    _hutch_options
  else
    _hutch_offer "$wanted"
  fi
  # Readline replaces only what follows the last sign that it splits at.
  lead=${cur%"$2"}
  lead=${lead//[\"\'\\]/}
  for i in "${!COMPREPLY[@]}"; do
    COMPREPLY[i]=${COMPREPLY[i]#"$lead"}
  done
}

complete -F _hutch hutch
