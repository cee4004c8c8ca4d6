#!/bin/bash
# Overlays: directories of the host as layers, and where changes to them go.
# shellcheck disable=SC2016 # the shell inside expands what stands in single quotes
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh" || exit 1

unshare -Urm sh -c 'mkdir -p l u w m && mount -t overlay -o userxattr,lowerdir=l,upperdir=u,workdir=w none m' ||
  skip_all 'the kernel mounts no overlay for an ordinary user'
rm -rf l u w m

odd='a,b:c\d"e'
long=$(printf 'x%.0s' {1..200})
mkdir -p low high upper work "$odd" "$long/$long/$long"
echo low | tee low/both >low/low
echo high >high/both
echo odd >"$odd/odd"
echo long >"$long/$long/$long/long"

inside --tmpfs /tmp --overlay-src low --overlay-src high --ro-overlay /tmp/o -- sh -c 'cd /tmp/o; cat both low; echo x >new'
is 'of two layers, the later one wins' "$out" $'high\nlow'
like '  and --ro-overlay takes no changes' "$err" 'Read-only file system'
inside --tmpfs /tmp --overlay-src high --overlay-src low --ro-overlay /tmp/o -- cat /tmp/o/both
is '  the other way around, the other one' "$out" low
inside --tmpfs /tmp --overlay-src low --overlay-src "$odd" --overlay-src "$long/$long/$long" --ro-overlay /tmp/o -- \
  cat /tmp/o/odd /tmp/o/long
is 'names of layers may be long, and hold what overlays use as marks' "$out" $'odd\nlong'

before=$(find low high -type f -exec sha256sum {} + | sort)
inside --tmpfs /tmp --overlay-src low --overlay-src high --tmp-overlay /tmp/o -- sh -c 'cd /tmp/o
  echo changed >both; echo new >new; rm low; cat both new; ls'
is '--tmp-overlay takes changes' "$out" $'changed\nnew\nboth\nnew'
is '  which reach no layer' "$(find low high -type f -exec sha256sum {} + | sort)" "$before"
inside --tmpfs /tmp --overlay-src low --overlay-src high --tmp-overlay /tmp/o -- ls /tmp/o
is '  and are gone with the sandbox' "$out" $'both\nlow'
inside --tmpfs /tmp --overlay-src low --tmp-overlay /tmp/a --overlay-src high --tmp-overlay /tmp/b -- \
  sh -c 'echo a >/tmp/a/x; ls /tmp/a /tmp/b | tr "\n" " "'
is '  two of them have nothing to do with each other' "$out" '/tmp/a: both low x  /tmp/b: both '

inside --tmpfs /tmp --overlay-src low --overlay upper work /tmp/o -- sh -c 'cd /tmp/o; echo changed >both; rm low; ls'
is '--overlay takes changes' "$out" both
is '  into the directory that is named for it' "$(cat upper/both)" changed
is '  and no other' "$(find low high -type f -exec sha256sum {} + | sort)" "$before"
inside --tmpfs /tmp --overlay-src low --overlay upper work /tmp/o -- sh -c 'cat /tmp/o/*'
is '  from where the next sandbox has them' "$out" changed
inside --tmpfs /tmp --overlay-src low --tmp-overlay /tmp/o -- sh -c 'findmnt -no OPTIONS /tmp/o || grep " /tmp/o " /proc/self/mountinfo'
like '  mounted nosuid and nodev' "$out" 'nosuid,nodev'
unlike '  without naming where on the host it comes from' "$out" "$tmp"

run "$HUTCH" --overlay-src low --tmp-overlay / --ro-bind /usr /usr --bind-try /bin /bin --bind-try /lib /lib \
  --bind-try /lib64 /lib64 --proc /proc -- sh -c 'echo new >/new && cat /new /low; ls -id / /.. | sed "s: */.*::" | uniq | wc -l'
is 'an overlay may be the root' "$out" $'new\nlow\n1'
ok '  and its layer stays as it is' test ! -e low/new

layers=()
for i in {1..60}; do
  mkdir "layer$i"
  echo "$i" >"layer$i/top"
  layers+=(--overlay-src "layer$i")
done
inside --tmpfs /tmp "${layers[@]}" --ro-overlay /tmp/o -- cat /tmp/o/top
is 'sixty layers are no matter' "$out" 60

refuses 'an overlay needs a layer' 'at least one --overlay-src' "${base[@]}" --tmp-overlay /tmp/o -- echo ran
refuses 'a read-only one needs two' 'at least two --overlay-src' "${base[@]}" --overlay-src low --ro-overlay /tmp/o -- echo ran
refuses 'a layer needs an overlay' '--overlay-src low: ' "${base[@]}" --overlay-src low -- echo ran
refuses '  right behind it' '--overlay-src low: ' "${base[@]}" --overlay-src low --dir /tmp/x --tmp-overlay /tmp/o -- echo ran
refuses 'a layer must exist' '--overlay-src nowhere: .*nowhere: No such file' "${base[@]}" --tmpfs /tmp \
  --overlay-src nowhere --tmp-overlay /tmp/o -- echo ran
refuses '  and be a directory' '--overlay-src low/low: .*low/low: Not a directory' "${base[@]}" --tmpfs /tmp \
  --overlay-src low/low --tmp-overlay /tmp/o -- echo ran
refuses 'the two directories for changes must be of one file system' '--overlay upper /proc /tmp/o: ' "${base[@]}" \
  --tmpfs /tmp --overlay-src low --overlay upper /proc /tmp/o -- echo ran
like '  which the hint says' "$err" 'hint: .*same file system'

plan
