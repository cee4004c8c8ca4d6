# shellcheck shell=bash
# For the tests of --status-fd; to be read after lib.sh.
#
#   begin OPTIONS... -- COMMAND   run ${program[@]} in the background, lines in the file `lines`; leaves $pid
#   tell OPTIONS... -- COMMAND    the same to its end; leaves $status, $out and $err
#   told NAME                  a value of the lines, as `exit.code` or `started.pids.payload`; an array is its
#                              elements, one word each
#   events                     the lines' names, in order
#   capability_names HEX       those of a set, as /proc/PID/status has it
#   describes_itself SENTENCE  compares "started" with what ${looks} printed inside, which is in $out
# shellcheck disable=SC2016,SC2034,SC2154 # the shell inside expands; what lib.sh sets, and the scripts use
needs python3

cat >flatten.py <<'END'
import json, sys

def flatten(name, value):
    if isinstance(value, dict):
        for key in value:
            flatten(name + '.' + key, value[key])
    elif isinstance(value, list):
        print(name, *value)
    else:
        print(name, value if isinstance(value, str) else json.dumps(value))

for line in open(sys.argv[1], encoding='utf-8'):
    if not line.endswith('\n'):
        sys.exit('a line is cut: ' + line)
    value = json.loads(line)
    flatten(value['event'], value)
END

program=("$HUTCH" "${base[@]}")
begin() {
  : >lines
  : >log
  "${program[@]}" --status-fd 11 "$@" <&0 >log 2>&1 11>lines &
  pid=$!
}
tell() {
  : >lines
  run "${program[@]}" --status-fd 11 "$@" 11>lines
}
flatten() {
  cmp -s lines flattened || { python3 flatten.py lines >flat && cp lines flattened; }
}
told() { flatten && awk -v name="$1" '$1 == name { print substr($0, length(name) + 2) }' flat; }
events() { flatten && sed -n 's/^[a-z]*\.event //p' flat | one_line; }
usage() { told "exit.usage.$1"; }

# As <linux/capability.h> numbers them.
all_capabilities=(chown dac_override dac_read_search fowner fsetid kill setgid setuid setpcap linux_immutable
  net_bind_service net_broadcast net_admin net_raw ipc_lock ipc_owner sys_module sys_rawio sys_chroot sys_ptrace
  sys_pacct sys_admin sys_boot sys_nice sys_resource sys_time sys_tty_config mknod lease audit_write audit_control
  setfcap mac_override mac_admin syslog wake_alarm block_suspend audit_read perfmon bpf checkpoint_restore)
capability_names() {
  local number set=$((16#$1)) names=()
  for ((number = 0; number < 64; number++)); do
    if ((set >> number & 1)); then names+=("${all_capabilities[number]:+cap_}${all_capabilities[number]:-$number}"); fi
  done
  echo "${names[*]}"
}

# What a command sees of itself.
kinds='cgroup ipc mnt net pid time user uts'
looks='cat /proc/self/status
  for kind in cgroup ipc mnt net pid time user uts; do echo "ns-$kind: $(readlink /proc/self/ns/$kind | tr -cd 0-9)"; done
  read -r _ _ _ _ _ session _ </proc/$$/stat
  echo "number: $$"
  if test "$session" = "$$"; then echo "leads: true"; else echo "leads: false"; fi
  if readlink "/proc/$PPID/root" >/dev/null 2>&1; then echo "traces: true"; else echo "traces: false"; fi
  if unshare -U true 2>/dev/null; then echo "nests: allowed"; else echo "nests: disabled"; fi
  echo "open: $(list-fds | tr " " -)"'

describes_itself() {
  local set kind filters mode
  is "$1: the lines are" "$(events)" 'started exit'
  for set in Eff:effective Prm:permitted Inh:inheritable Bnd:bounding Amb:ambient; do
    is "  the ${set#*:} set is as told" "$(told "started.enforced.capabilities.${set#*:}")" \
      "$(capability_names "$(field "Cap${set%:*}")")"
  done
  is '  no_new_privs' "$(told started.enforced.no-new-privs) $(field NoNewPrivs)" 'true 1'
  is '  the user and the group' "$(told started.enforced.uid.inside) $(told started.enforced.gid.inside)" \
    "$(field Uid) $(field Gid)"
  is '  who they are outside' "$(told started.enforced.uid.outside) $(told started.enforced.gid.outside)" "$(id -u) $(id -g)"
  is '  the supplementary groups' "$(told started.enforced.supplementary-groups)" \
    "$(awk '$1 == "Groups:" { print NF - 1 }' <<<"$out")"
  mode=(disabled strict filter)
  is '  the mode of seccomp' "$(told started.enforced.seccomp.mode)" "${mode[$(field Seccomp)]}"
  filters=$(awk '$1 == "Seccomp_filters:" { print $2 }' /proc/self/status)
  is '  the number of filters' "$(told started.enforced.seccomp.filters)" "$(($(field Seccomp_filters) - ${filters:-0}))"
  for kind in $kinds; do
    is "  the $kind namespace" "$(told "started.namespaces.$kind.id")" "$(field "ns-$kind")"
    is '  and whose it is' "$(told "started.namespaces.$kind.shared")" \
      "$([[ $(readlink "/proc/self/ns/$kind") == *"[$(field "ns-$kind")]" ]] && echo true || echo false)"
  done
  is '  its number for itself' "$(told started.pids.payload-inside)" "$(field number)"
  is '  whether it leads a session' "$(told started.enforced.new-session)" "$(field leads)"
  is '  the umask' "$(told started.enforced.umask)" "$(field Umask)"
  is '  whether user namespaces can be made' "$(told started.enforced.user-namespaces)" "$(field nests)"
  if [[ $(told started.pids.first) == "$(told started.pids.payload)" ]]; then
    is '  no reaper' "$(told started.enforced.reaper-traceable)" null
  else
    is '  whether it can look into the reaper' "$(told started.enforced.reaper-traceable)" "$(field traces)"
  fi
  if [[ ${program[0]} == */bwrap ]]; then
    is '  descriptors are as the caller left them' "$(told started.enforced.descriptors)" null
  else
    is '  the descriptors' "$(told started.enforced.descriptors)" "$(field open | tr - ' ')"
  fi
}
