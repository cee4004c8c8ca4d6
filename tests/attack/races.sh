#!/bin/bash
# Names that mean one thing at one moment and another at the next, at destinations and at sources, while sandboxes are
# made: nothing outside of what is bound changes, and what is bound by descriptor is what was open.
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh" || exit 2

# The host's side; nothing here is writable inside, whatever happens.
mkdir -p host/{secret.dir,other}/{d,sub} host/other/d source/low
echo secret | tee host/secret.file host/secret.dir/file >host/other/file
echo mark | tee source/mark source/low/mark >source/data

# A directory and a file that have links to the host's beside them, and a directory in a deeper place than another.
make_room() {
  mkdir -p "$1"/{dir,deep/a/b,moved}/{d,sub} && echo x | tee "$1/file" >"$1/dir/file"
  ln -s "$ROOM/host/secret.dir" "$1/dir-link"
  ln -s "$ROOM/host/secret.file" "$1/file-link"
}

# race DIR SECONDS: the two names of each pair are swapped, again and again.
race() {
  rename-race "$2" "$1/dir" "$1/dir-link" >>swaps &
  rename-race "$2" "$1/file" "$1/file-link" >>swaps &
  rename-race "$2" "$1/deep/a/b" "$1/moved" >>swaps &
}

# What follows links on the host meets them, so that there is something to be missed.
: >swaps
make_room naive
race naive 1
before=$(look host)
for i in {1..200}; do mkdir "naive/dir/$i" 2>/dev/null; done
wait
control=0
if [[ $(look host) == "$before" ]]; then
  echo '# the race does not lead the host astray'
  control=1
fi
find host -name '[0-9]*' -delete

destinations=(
  '--tmpfs /b/dir' '--chmod 0700 /b/dir' "--bind $ROOM/source /b/dir" '--chmod 0600 /b/file' '--file 7 /b/file'
  '--bind-data 7 /b/file' "--bind $ROOM/source/mark /b/file" '--bind-fd 8 /b/dir' '--symlink x /b/file' '--dir /b/dir/@'
  '--tmpfs /b/dir/@/t' '--file 7 /b/dir/@' '--bind-data 7 /b/dir/@' '--symlink x /b/dir/@'
  "--bind $ROOM/source/mark /b/dir/@" '--bind-fd 8 /b/dir/sub/@' '--proc /b/dir/@' '--dev /b/dir/@'
  '--dir /b/deep/a/b/../../@' '--file 7 /b/deep/a/b/sub/../../../@'
  '--symlink x /b/deep/a/b/../../../../../../@' '--tmpfs /b/deep/a/b/d/../../@' '--perms 0600 --file 7 /b/dir/d/@'
)
sources=(
  '--bind-fd 9 /s' '--ro-bind race/dir /s' '--ro-bind-fd 9 /s' '--ro-bind race/dir/sub /s' '--bind-fd 9 /s'
  '--ro-bind race/file /s' '--ro-bind-fd 9 /s'
)
if has_overlays; then
  low=$ROOM/source/low
  destinations+=("--overlay-src $low --tmp-overlay /b/dir" "--overlay-src $low --ro-overlay /b/dir/@")
  sources+=('--overlay-src race/dir --ro-overlay /s' '--overlay-src race/dir --tmp-overlay /s')
fi

finding() {
  printf '# %s\n' "$2"
  printf '%s\n' "$1" >>"findings.$job"
}

# A new name each time, so that there is always something to be made.
try_destination() {
  local words=${destinations[n / 2 % ${#destinations[@]}]//@/$job.$n} said
  # shellcheck disable=SC2086 # options and operands, one word each
  timeout -k 2 20 "$HUTCH" "${system[@]}" --unshare-net --bind race /b $words -- /programs/idle 42 0 0 \
    7<source/mark 8<source 2>"err.$job"
  status=$?
  said=$(<"err.$job")
  case $status in
    42) made=$((made + 1)) ;;
    125)
      refused=$((refused + 1))
      [[ $said == "hutch: "*"--${words##*--}: "* ]] || finding statuses "$words: said: $said"
      ;;
    *) finding statuses "$words: status $status: $said" ;;
  esac
}

# The descriptor is opened while its name changes, which is a directory's before and after; the kernel says which inode
# that was.
try_source() {
  local words=${sources[n / 2 % ${#sources[@]}]} wanted got
  exec 9<race/deep/a/b
  wanted=$(stat -L -c %i "/proc/$BASHPID/fd/9")
  # shellcheck disable=SC2086 # options and operands, one word each
  got=$(timeout -k 2 20 "$HUTCH" "${system[@]}" --unshare-net $words -- stat -c %i /s 2>"err.$job")
  status=$?
  exec 9<&-
  case $words/$status in
    *-fd*/0) [[ $got == "$wanted" ]] || finding escapes "$words: inode $got instead of $wanted" ;;
    *overlay*/0) ;;
    */0)
      seen[$got]=1
      grep -qx "$got" inodes || finding escapes "$words: an inode that neither name has: $got"
      ;;
    */125) refused=$((refused + 1)) ;;
    *) finding statuses "$words: status $status: $(<"err.$job")" ;;
  esac
}

storm_of_races() {
  local job=$1 n=$1 made=0 refused=0 end=$((SECONDS + ATTACK_SECONDS)) status
  local -A seen=()
  while ((SECONDS < end)); do
    if ((n % 2 == 0)); then try_source; else try_destination; fi
    n=$((n + 1))
  done
  printf '%d %d %d %d\n' $((n - job)) "$made" "$refused" "${#seen[@]}" >"done.$job"
}

# The inodes of both meanings of the names that are sources.
make_room race
find race host -printf '%i\n' | sort -u >inodes
before=$(look host source)
: >swaps
race race "$ATTACK_SECONDS"
for ((job = 0; job < JOBS; job++)); do
  : >"findings.$job"
  storm_of_races "$job" &
done
wait
after=$(look host source)

escapes=$(cat findings.* | grep -c escapes) statuses=$(cat findings.* | grep -c statuses)
if [[ $before != "$after" ]]; then
  escapes=$((escapes + 1))
  diff <(printf '%s\n' "$before") <(printf '%s\n' "$after") | sed 's/^/# the host: /'
fi
read -r tries made refused < <(cat done.* |
  awk '{ for (i = 1; i <= 3; i++) sum[i] += $i } END { print sum[1], sum[2], sum[3] }')
printf '# %d sandboxes, %d made, %d refused; swaps: %s\n' "$tries" "$made" "$refused" "$(tr '\n' ' ' <swaps)"
if ((made == 0 || refused == 0)); then
  echo '# one of both never happened: the race shows nothing'
  control=1
fi
races=$(awk '{ sum += $1 } END { print sum }' swaps)
echo "races races $races sandboxes $tries escapes $escapes statuses $((statuses + control))"
