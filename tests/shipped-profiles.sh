#!/bin/bash
# The profiles that come with hutch, each at the work that it is meant for, and against what it is
# meant to keep out.
# shellcheck disable=SC2016 # make and the shell inside expand what stands in single quotes
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh" || exit 1

needs cc make
[[ -d $here/../profiles ]] || skip_all 'the profiles are not here'
limit=60
export HOME=$tmp/home XDG_CONFIG_HOME=$tmp/config XDG_RUNTIME_DIR=$tmp/run
unset XDG_DATA_HOME HUTCH_OUTPUT HUTCH_APP SOURCE_DATE_EPOCH MAKEFLAGS MFLAGS MAKELEVEL
mkdir -p "$HOME/.ssh" "$XDG_CONFIG_HOME/hutch" "$XDG_RUNTIME_DIR/pulse" "$HOME/work"
cp -r "$here/../profiles" "$XDG_CONFIG_HOME/hutch/"
chmod -R u+w,go-w "$XDG_CONFIG_HOME/hutch"
echo 'the key' >"$HOME/.ssh/id"

# --- a project ---------------------------------------------------------------

project=$HOME/work/words
mkdir -p "$project/.git/hooks"
echo '[core]' >"$project/.git/config"
cd "$project" || exit 1
cat >count.c <<'C'
#include <ctype.h>
#include "count.h"
size_t count_words(const char *text) {
  size_t words = 0;
  for (int inside = 0; *text != '\0'; text++) {
    int is_space = isspace((unsigned char)*text);
    words += !is_space && !inside;
    inside = !is_space;
  }
  return words;
}
C
cat >count.h <<'C'
#include <stddef.h>
size_t count_words(const char *text);
C
cat >main.c <<'C'
#include <stdio.h>
#include "count.h"
int main(int argc, char **argv) { return argc != 2 || printf("%zu\n", count_words(argv[1])) < 0; }
C
cat >check.sh <<'SH'
#!/bin/sh
scratch=$(mktemp) || exit 1
test "$(./words 'three little words')" = 3 && test "$(./words '')" = 0 && echo PASS >"$scratch" && cat "$scratch"
SH
cat >Makefile <<'MAKE'
words: main.o libcount.a
	$(CC) -o $@ main.o libcount.a
libcount.a: count.o
	ar rc $@ $^
main.o count.o: count.h
check: words
	sh check.sh
MAKE

run "$HUTCH" --profile ci -- make check
returns 'ci: a C project is built and tested' 0
like '  and passes' "$out" PASS
ok '  and is there, outside' ./words x
is '  belonging to the caller' "$(stat -c %u:%g words)" "$(id -u):$(id -g)"
run "$HUTCH" --profile ci -- sh -c 'echo "$(id -u):$(id -g):$PWD:$HOME"; ls -A "$HOME"; ls -A /home /root 2>/dev/null'
is '  by the caller, in the same place, with nothing else in the home directory' "$out" \
  "$(id -u):$(id -g):$project:$HOME"$'\nwork'

# --- the same, hostile -----------------------------------------------------------

serve() { # NAME: as a service outside that the job must not reach
  "$HUTCH_HELPERS/unix-socket" "$1" serve >ready.out &
  eventually said ready ready.out && rm -f ready.out
}
serve "$XDG_RUNTIME_DIR/bus"
serve "@hutch-test-bus-$$"
serve "$tmp/agent"
serve_network() { # for half a minute
  rm -f "$tmp/port"
  tcp 127.0.0.1 serve >"$tmp/port" &
  eventually test -s "$tmp/port"
}
serve_network
cp "$HUTCH_HELPERS/unix-socket" "$HUTCH_HELPERS/tcp" .
cat >hostile.mk <<MAKE
all: key network bus abstract agent token hook config moved parent home
key:; @cat '$HOME/.ssh/id' >/dev/null && echo reached \$@
network:; @./tcp 127.0.0.1 $(cat "$tmp/port") >/dev/null && echo reached \$@
bus:; @./unix-socket '$XDG_RUNTIME_DIR/bus' && echo reached \$@
abstract:; @./unix-socket '@hutch-test-bus-$$' && echo reached \$@
agent:; @./unix-socket '$tmp/agent' && echo reached \$@
token:; @test "\$\$API_TOKEN" = secret && echo reached \$@
hook:; @echo evil >.git/hooks/pre-commit && echo reached \$@
config:; @echo evil >>.git/config && echo reached \$@
moved:; @mv .git/hooks .git/old && mv .git/old .git/hooks && mv .git .old && mv .old .git && echo reached \$@
parent:; @test -w ../sibling && echo evil >../sibling && echo reached \$@
home:; @echo evil >'$HOME/.profile' && test -s '$HOME/.ssh/id' && echo reached \$@
MAKE
everything='reached key reached network reached bus reached abstract reached agent reached token reached hook '
everything+='reached config reached moved reached parent reached home'
echo sibling >../sibling
export API_TOKEN=secret
run make -k -f hostile.mk
is 'a hostile makefile reaches all of these outside' "$(one_line <<<"$out")" "$everything"
rm .git/hooks/pre-commit "$HOME/.profile"
echo '[core]' >.git/config
run "$HUTCH" --profile ci -- make -k -f hostile.mk
is 'ci: and none of them inside' "$status $out" '2 '
ln -s "$HUTCH" "$tmp/bwrap"
run "$tmp/bwrap" --profile ci -- make -k -f hostile.mk
is '  nor under the name bwrap' "$status $out" '2 '
ok '  nor is anything changed outside' test ! -e .git/hooks/pre-commit -a ! -e "$HOME/.profile"
is '  and git believes what it did' "$(cat .git/config)" '[core]'
run "$HUTCH" --profile ci -- sh -c 'find / -path /proc -prune -o -type s -print 2>/dev/null'
is '  there is no socket anywhere' "$out" ''
run "$HUTCH" --profile ci -- unshare -U true
unlike '  and no user namespace can be made' "$status" '^0$'
run "$HUTCH" --profile ci --bind "$HOME/work" "$HOME/work" -- sh -c 'echo evil >../sibling && cat ../sibling'
is '  but what is handed out behind the profile' "$out" evil

printf 'all:; @setsid bash -c "exec -a $(MARK) sleep 100" >/dev/null 2>&1 &\n' >leave.mk
new_mark
run make -f leave.mk MARK="$mark"
ok 'a makefile leaves a process behind outside' eventually survive
survivors | xargs kill -KILL
new_mark
run "$HUTCH" --profile ci -- sh -c 'make -f leave.mk MARK="$1" && sleep 0.2 && pgrep -x sleep' sh "$mark"
like 'ci: and inside' "$out" '^[0-9]+$'
ok '  where it ends with the sandbox' none_left

rm -rf .git
echo 'gitdir: /elsewhere' >.git
run "$HUTCH" --profile ci -- sh -c 'cat .git; echo evil >.git; rm -f .git; mv .git .g'
is 'a file that says where the repository is can be read' "$out" 'gitdir: /elsewhere'
is '  and not be changed' "$(cat .git)" 'gitdir: /elsewhere'
rm .git
run "$HUTCH" --profile ci -- true
ok 'a directory without a repository stays without' test "$status" = 0 -a ! -e .git

for wide in "$HOME" "$tmp" / /tmp /usr; do
  cd "$wide" || exit 1
  run "$HUTCH" --error-fd 3 --profile ci -- echo ran 3>"$tmp/document"
  is "ci: $wide is no project" "$status $out $(grep -o '"code": "[^"]*"' "$tmp/document")" '125  "code": "profile-variable"'
  like '  which is said in one line' "$err" '^hutch: [^ ]*/ci:[0-9]+: --bind .*the directory .* holds [^ ]*: a project needs a directory of its own$'
done
cd "$project" || exit 1
run env -u HOME "$HUTCH" --profile ci -- echo ran
like 'ci: without a home directory to hide, nothing is run' "$status:$out:$err" '125::.*/ci:[0-9]+: .*home has no value'
run env -i HOME="$HOME" XDG_CONFIG_HOME="$XDG_CONFIG_HOME" CI=yes API_TOKEN=secret LANG=C "$HUTCH" --profile ci -- /usr/bin/env
is 'the environment is a list' "$(sort <<<"$out" | grep -v '^PATH=' | one_line)" "CI=yes HOME=$HOME LANG=C PWD=$project SHELL=/bin/sh"

# --- build --------------------------------------------------------------------------

mkdir -p "$HOME/packages/parcel-1.0/debian/source" "$HOME/elsewhere"
cd "$HOME/packages/parcel-1.0" || exit 1
cp "$project"/{Makefile,check.sh,*.c,*.h} .
cat >debian/control <<'CONTROL'
Source: parcel
Maintainer: Nobody <nobody@example.org>
Section: misc
Priority: optional
Standards-Version: 4.6.2
Rules-Requires-Root: no

Package: parcel
Architecture: any
Description: counts words
CONTROL
cat >debian/changelog <<'CHANGELOG'
parcel (1.0) unstable; urgency=low

  * First.

 -- Nobody <nobody@example.org>  Thu, 01 Jan 2026 00:00:00 +0000
CHANGELOG
cat >debian/rules <<'RULES'
#!/usr/bin/make -f
build build-arch build-indep:
	$(MAKE) check
binary-arch binary: build
	mkdir -p debian/parcel/usr/bin debian/parcel/DEBIAN
	install -o 0 -g 0 -m 755 words debian/parcel/usr/bin/words
	(id -un; hostname; echo "$$TZ $$LANG $$HOME $$PWD"; ls -d /home '$(SECRET)' 2>/dev/null; :) >debian/parcel/usr/facts
	dpkg-gencontrol -Pdebian/parcel
	dpkg-deb --build debian/parcel ..
clean:
	rm -rf words *.o *.a debian/parcel debian/files
binary-indep:
RULES
chmod +x debian/rules
echo '3.0 (native)' >debian/source/format

if has dpkg-buildpackage; then
  # Without -d it wants the package build-essential, of which nothing else is needed.
  build=(dpkg-buildpackage -b -us -uc -d)
  run env SECRET="$HOME/.ssh" "$HUTCH" --profile build -- "${build[@]}"
  returns 'build: a package is built' 0
  deb=$(echo ../*.deb)
  like '  and lies above the source tree' "$deb" '^../parcel_1.0_[a-z0-9]+\.deb$'
  is '  with what is needed to upload it' "$(find .. -maxdepth 1 -name '*.changes' -o -maxdepth 1 -name '*.buildinfo' | wc -l)" 2
  is '  belonging to the caller' "$(stat -c %u "$deb")" "$(id -u)"
  is "  and its files to root" "$(dpkg-deb --contents "$deb" | awk '{print $2}' | sort -u)" root/root
  dpkg-deb --fsys-tarfile "$deb" | tar -xO ./usr/facts >facts
  is '  it was built in a place without names or homes' "$(one_line <facts)" 'root build UTC C.UTF-8 /tmp/home /build/parcel-1.0'
  rm facts && "$HUTCH" --profile build -- debian/rules clean >/dev/null 2>&1
  mkdir "$HOME/again" && cp -r "$HOME/packages/parcel-1.0" "$HOME/again/"
  cd "$HOME/again/parcel-1.0" || exit 1
  run env LC_ALL=C.utf8 TZ=Asia/Tokyo PATH="$HOME/bin:$PATH" HUTCH_OUTPUT="$HOME/elsewhere" "$HUTCH" --profile build -- "${build[@]}"
  is 'another directory can be the output directory' "$status $(echo "$HOME/elsewhere/"*.deb)" "0 $HOME/elsewhere/${deb##*/}"
  is '  and then there is nothing above the source tree' "$(ls ..)" parcel-1.0
  is 'the same sources, elsewhere and later, make the same package' "$(sha256sum <"$HOME/elsewhere/${deb##*/}")" \
    "$(sha256sum <"$HOME/packages/${deb##*/}")"
else
  skip 'build: a package is built' 'dpkg-buildpackage is not here'
fi
cd "$HOME/packages/parcel-1.0" || exit 1
SOURCE_DATE_EPOCH=1 run "$HUTCH" --profile build -- sh -c '
  echo "$SOURCE_DATE_EPOCH"; for at in /usr/x /etc/x /build/x x; do touch $at 2>/dev/null && echo $at; done; ls -A ~'
is 'the output directory and the source tree can be written' "$out" $'1\n/build/x\nx'
run "$HUTCH" --profile build -- unix-socket "@hutch-test-bus-$$"
unlike 'there is no network' "$status" '^0$'
cd "$HOME/work" || exit 1
run "$HUTCH" --profile build -- echo ran
like 'a home directory is no output directory' "$status:$out:$err" '125::.*/build:[0-9]+: --bind .* holds .*home'

# --- desktop -------------------------------------------------------------------------

mkdir -p "$HOME/.fonts" "$HOME/.local/share/themes"
touch "$HOME/.fonts/font"
serve "$XDG_RUNTIME_DIR/wayland-7"
serve "$XDG_RUNTIME_DIR/pipewire-0"
serve "$XDG_RUNTIME_DIR/pulse/native"
cp "$HUTCH_HELPERS/unix-socket" "$HUTCH_HELPERS/tcp" "$tmp/"
desktop=(env WAYLAND_DISPLAY=wayland-7 "$HUTCH" --profile desktop --ro-bind "$tmp/unix-socket" "$tmp/unix-socket"
  --ro-bind "$tmp/tcp" "$tmp/tcp" --)
serve_network
reach='cd "$1"; for name in wayland-7 pipewire-0 pulse/native bus; do ./unix-socket "run/$name" && echo "$name"; done
  ./unix-socket agent && echo agent; ./tcp 127.0.0.1 "$2" >/dev/null && echo network; ls -A ~ ~/.ssh'
run "${desktop[@]}" sh -c "$reach" sh "$tmp" "$(cat "$tmp/port")"
is 'desktop: the screen, sound and the network are there, buses and keys are not' "$(one_line <<<"$out")" \
  "wayland-7 pipewire-0 pulse/native network $HOME: .fonts .local"
run "${desktop[@]}" sh -c 'echo kept >~/file; echo x >~/.fonts/font; cat ~/.fonts/font && echo fonts'
is 'fonts are there, too' "$out" fonts
like '  read-only' "$err" 'Read-only file system'
run "${desktop[@]}" cat "$HOME/file"
is 'the home directory is kept from run to run' "$out" kept
is '  in a place of its own' "$(cat "$HOME/.local/share/hutch/homes/default/file")" kept
HUTCH_APP=viewer run "${desktop[@]}" ls "$HOME"
is '  one for each application' "$status $out $(cd "$HOME/.local/share/hutch/homes" && echo *)" '0  default viewer'
XDG_DATA_HOME=$HOME/data HUTCH_APP=other run "${desktop[@]}" touch "$HOME/there"
is '  where data are kept' "$(ls "$HOME/data/hutch/homes/other")" there
run "${desktop[@]}" sh -c ': >/dev/tty'
unlike 'there is no terminal to type into' "$status" '^0$'

# --- layouts ---------------------------------------------------------------------------

# Each profile in roots that are made up: OPTIONS of an outer sandbox make the root.
mkdir "$tmp/store"
cp "$HUTCH" "$tmp/hutch"
layout() { # SENTENCE COMMAND WANTED OPTIONS...
  local sentence=$1 command=$2 wanted=$3
  shift 3
  local outer=("$HUTCH" "$@" --keep-id --ro-bind /etc /etc --proc /proc --dev /dev --tmpfs /tmp --dir "/run/user/$(id -u)"
    --ro-bind "$tmp/hutch" /run/hutch --ro-bind "$XDG_CONFIG_HOME" /run/config --setenv XDG_CONFIG_HOME /run/config
    --setenv HOME /home/me --dir /home/me/.ssh --dir /home/me/work/tree --chdir /home/me/work/tree --)
  local profile
  for profile in ci build desktop; do
    run "${outer[@]}" /run/hutch --profile "$profile" -- sh -c "$command"
    is "$profile: $sentence" "$status $(one_line <<<"$out")" "0 $wanted"
  done
  run "${outer[@]}" /run/hutch --profile ci -- sh -c 'ls -d ~/.ssh /run/hutch /run/config /run/user /nix/var; pwd'
  is '  with nothing of the user' "$out" /home/me/work/tree
}
links='for at in /bin /lib /lib64; do readlink $at || { test -d $at && echo directory; } || echo none; done'
merged=(--ro-bind /usr /usr)
split=(--ro-bind /usr /usr)
for dir in bin sbin lib lib64; do
  [[ -d /usr/$dir ]] || continue
  merged+=(--symlink "usr/$dir" "/$dir")
  split+=(--ro-bind "$(realpath "/$dir")" "/$dir")
done
layout 'in a merged root' "$links" 'usr/bin usr/lib usr/lib64' "${merged[@]}"
layout 'in a root of separate directories' "$links" 'directory directory directory' "${split[@]}"
store=(--ro-bind /usr /nix/store/system --symlink /nix/store/system /nix/store/generation
  --symlink /nix/store/system/lib /lib --symlink /nix/store/system/lib64 /lib64 --symlink /nix/store/system/bin/sh /bin/sh
  --symlink /nix/store/system/bin/env /usr/bin/env --dir /nix/store/current --symlink /nix/store/system /nix/store/current/sw
  --symlink /nix/store/current /run/current-system --dir /nix/var/nix/daemon-socket
  --setenv PATH /run/current-system/sw/bin)
layout 'in a root like that of NixOS' 'ls /usr/bin; readlink /bin/sh; readlink /run/current-system' \
  'env /nix/store/system/bin/sh /nix/store/current' "${store[@]}"

plan
