#!/bin/bash
# Every system call of the set-up made to fail, in each of its processes, or the process killed there;
# and limits on resources. FAULT_PLANS="tiny build" picks some of the plans.
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh" || exit 2

# A tree of the host for each job, that the plans bind and begin in.
make_trees() {
  local job
  for ((job = 0; job < JOBS; job++)); do
    mkdir -p "tree.$job"/{old/deep,empty,low,high,room}
    echo kept | tee "tree.$job"/{file,old/file,old/deep/file,low/both} >"tree.$job/low/low"
    echo high >"tree.$job/high/both"
    ln -s old "tree.$job/link"
    ln -s "$ROOM/secret" "tree.$job/out"
    chmod 0640 "tree.$job/old/file"
  done
}

# The environment that hutch begins in.
surroundings=(env -i PATH=/usr/bin:/bin SECRET=1)

# attack NAME STATUS WANTED OPTIONS... -- COMMAND...: WANTED are lines of the portrait, divided by "|".
attack() {
  local name=$1 failed=$2 wanted=$3 line portrait missing=0
  shift 3
  [[ " ${FAULT_PLANS-$name} " == *" $name "* ]] || return 0
  local common=(--name "$name" --failed "$failed" --tree "$ROOM/tree" --hand "20=$ROOM" --hand "251=$ROOM/secret")
  portrait=$("${surroundings[@]}" "$PROGRAMS/fault" "${common[@]}" --only -1:0:0 "$@")
  while IFS= read -r -d '|' line; do
    if ! grep -qxF -- "$line" <<<"$portrait"; then
      missing=$((missing + 1))
      printf '# %s: without a fault: not so: %s\n' "$name" "$line"
    fi
  done <<<"$wanted|"
  echo "$name escapes $missing"
  if ((missing > 0)); then printf '#   %s\n' "${portrait//$'\n'/$'\n#   '}"; fi
  "${surroundings[@]}" "$PROGRAMS/fault" "${common[@]}" --jobs "$JOBS" --seconds "$ATTACK_SECONDS" "$@" || echo "$name statuses 1"
}

no_capabilities=$(for set in Inh Prm Eff Bnd Amb; do printf '/proc/self/status Cap%s:\t0000000000000000|' "$set"; done)
own_namespaces=$(for name in cgroup ipc mnt net pid user uts; do printf 'namespace %s of its own|' "$name"; done)
confined=$'descriptors 0 1 2|ignored|keyring _ses|/proc/self/status NoNewPrivs:\t1|'
confined+=$'/proc/self/status SigBlk:\t0000000000000000|'
hidden="path $ROOM/secret is not there"
paths=(/dev /tmp "$ROOM/secret")
fresh=("${system[@]}" --unshare-net --proc /proc --dev /dev --tmpfs /tmp)
payload=(/programs/portrait 42 "$host_namespaces" "${paths[@]}")

make_trees
if ! fault --name probe --tree "$ROOM/tree" --only -1:0:0 -- "$PROGRAMS/portrait" 42 x >/dev/null; then
  echo 'faults skipped: a process cannot be traced here'
  exit
fi

attack tiny 125 "$confined$no_capabilities$own_namespaces"$'/proc/self/status Seccomp_filters:\t1' \
  -- "$HUTCH" --ro-bind / / --proc /proc --dev /dev --unshare-net --bind @ @ --chdir @ \
  -- "$PROGRAMS/portrait" 42 "$host_namespaces" /dev

printf 'some data\n' >data
printf 'x' >byte
attack build 125 "$confined$no_capabilities$own_namespaces$hidden" \
  --hand "11=$ROOM/data" --hand "12=$ROOM/data" --hand "13=$ROOM/data" --hand "14=$ROOM/tree.0/low" \
  -- "$HUTCH" "${fresh[@]}" --perms 01777 --tmpfs /tmp --dir /tmp/dir --file 11 /tmp/file \
  --perms 0600 --ro-bind-data 12 /etc/passwd --bind-data 13 /tmp/data --symlink file /tmp/link --chmod 0711 /tmp/dir \
  --ro-bind-fd 14 /tmp/low --bind @ /b --ro-bind @/old /b/room --tmpfs /b/link/deep --ro-bind-try /none /none \
  --remount-ro /tmp --lock-file /b/file --clearenv --setenv A 1 --hostname box --chdir /b/room --umask 027 \
  -- "${payload[@]}" /b /b/room /b/file /etc/passwd /tmp/file /tmp/data /tmp/low /tmp/dir

if has_overlays; then
  attack overlay 125 "$confined$no_capabilities$own_namespaces$hidden" \
    -- "$HUTCH" "${fresh[@]}" --overlay-src @/low --overlay-src @/high --tmp-overlay /tmp/a \
    --overlay-src @/high --overlay-src @/low --ro-overlay /tmp/b --bind @ /c --chdir /c \
    -- "${payload[@]}" /tmp/a /tmp/b /tmp/a/both /tmp/b/both /c
else
  echo 'overlay skipped: the kernel mounts no overlay for an ordinary user'
fi

# The caller of bwrap decides about descriptors and signals.
attack bwrap 1 "$no_capabilities$own_namespaces$hidden|"$'/proc/self/status NoNewPrivs:\t1' \
  --hand 11=/dev/null --hand 12=/dev/null --hand "13=$ROOM/byte" --hand "14=$ROOM/data" \
  -- "$BWRAP" "${fresh[@]}" --unshare-{user,pid,ipc,uts,cgroup} --file 14 /tmp/file --bind @ /b \
  --ro-bind @/old /b/room --info-fd 11 --json-status-fd 12 --block-fd 13 --new-session --die-with-parent \
  --chdir /b -- "${payload[@]}" /b /b/room /tmp/file

attack inner 125 "$confined$own_namespaces$hidden" \
  -- "$HUTCH" "${fresh[@]}" --cap-add ALL --disable-userns --bind @ /b --ro-bind @/old /b/room --new-session \
  --chdir /b -- "${payload[@]}" /b /b/room

attack shared 125 "$confined$no_capabilities$hidden|namespace pid of the host" \
  -- "$HUTCH" "${system[@]}" --share-pid --ro-bind /proc /proc --dev /dev --tmpfs /tmp --bind @ /b --chdir /b \
  -- "${payload[@]}" /b

# The proxy looks for the bus only when somebody asks it to.
if type -P xdg-dbus-proxy python3 >/dev/null; then
  python3 -c 'import socket, sys; socket.socket(socket.AF_UNIX).bind(sys.argv[1])' bus
  surroundings+=("DBUS_SESSION_BUS_ADDRESS=unix:path=$ROOM/bus" XDG_RUNTIME_DIR=/tmp)
  attack proxy 125 "$confined$no_capabilities$own_namespaces$hidden" --proxy --hand "11=$ROOM/data" \
    -- "$HUTCH" "${fresh[@]}" --dbus-session talk=org.example.A --keep-id --ro-bind-data 11 /tmp/data --bind @ /b --chdir /b \
    -- "${payload[@]}" /b /tmp/bus /tmp/data
else
  echo 'proxy skipped: there is no xdg-dbus-proxy'
fi

# Names that change what they mean before each of the system calls: of a source that is open, and of destinations.
for ((job = 0; job < JOBS; job++)); do
  mkdir -p "tree.$job-swap"/{one,two}
  ln -s "$ROOM/tree.$job" "tree.$job-swap/link"
  for name in one two; do echo "$name" >"tree.$job-swap/$name/name"; done
done
attack swap-source 125 "$confined$no_capabilities$own_namespaces$hidden" --swap @-swap/one=@-swap/two \
  --hand 11=@-swap/one --hand 12=@-swap/one/name --hand 13=@-swap/one \
  -- "$HUTCH" "${fresh[@]}" --bind-fd 11 /tmp/a --file 12 /tmp/file --ro-bind-fd 13 /tmp/b --bind @ /b --chdir /b \
  -- "${payload[@]}" /tmp/a/name /tmp/file /tmp/b/name
attack swap-dest 125 "$confined$no_capabilities$own_namespaces$hidden" --swap @-swap/one=@-swap/link --loose \
  --hand "11=$ROOM/data" --hand "12=$ROOM/data" \
  -- "$HUTCH" "${fresh[@]}" --bind @-swap /s --dir /s/one/dir --file 11 /s/one/file --symlink x /s/one/link \
  --chmod 0755 /s/one/dir --tmpfs /s/one/tmpfs --bind-data 12 /s/one/data --bind @ /b --chdir /b \
  -- "${payload[@]}" /b

attack limits 125 "$confined$no_capabilities$own_namespaces$hidden" --limits \
  --hand "11=$ROOM/data" \
  -- "$HUTCH" "${fresh[@]}" --file 11 /tmp/file --bind @ /b --ro-bind @/old /b/room \
  --chdir /b -- "${payload[@]}" /b /b/room /tmp/file
