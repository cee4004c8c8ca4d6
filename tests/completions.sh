#!/bin/bash
# What the shells offer for hutch, its other name, hutch-seccomp and hutch-wrap: each shell itself is
# asked.
#
#   offers SENTENCE LINE WORD...   at the end of LINE each WORD is offered, and no !WORD
#   nothing SENTENCE LINE          nothing is offered there
# shellcheck disable=SC2016 # names that a shell is not to expand
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh" || exit 1

needs python3 getent
[[ -d $here/../completions ]] || skip_all 'the completions are not here'
loader=/usr/share/bash-completion/bash_completion

# --- as they are installed -----------------------------------------------------

share=$tmp/share
for file in hutch.bash hutch-seccomp.bash hutch-wrap.bash bwrap.bash _hutch _hutch-seccomp _hutch-wrap \
  _bwrap hutch.fish hutch-seccomp.fish hutch-wrap.fish bwrap.fish; do
  case $file in
  *.bash) place=$share/bash-completion/completions/${file%.bash} ;;
  *.fish) place=$share/fish/vendor_completions.d/$file ;;
  *) place=$share/zsh/site-functions/$file ;;
  esac
  mkdir -p "${place%/*}"
  sed -e "s,@sysconfdir@,$tmp/etc," -e "s,@datadir@,$share," "$here/../completions/$file" >"$place"
done

cat >bash.setup <<SETUP
. $loader
complete -W 'alpha beta' payload
SETUP
cat >alone.setup <<SETUP
for file in $share/bash-completion/completions/*; do . "\$file"; done
SETUP
cat >zsh.setup <<SETUP
fpath=($share/zsh/site-functions \$fpath)
autoload -U compinit && compinit -u -D
_payload() { compadd alpha beta; }
compdef _payload payload
SETUP
cat >fish.setup <<SETUP
set -p fish_complete_path $share/fish/vendor_completions.d
complete -c payload -f -a 'alpha beta'
SETUP

# --- what there is to offer ------------------------------------------------------

export HOME=$tmp/home XDG_CONFIG_HOME=$tmp/config XDG_DATA_DIRS=$share:/usr/share
export HUTCH_TEST_VARIABLE=yes HOSTFILE=$HOME/hosts
unset XDG_DATA_HOME
PATH=$tmp/bin:$PATH
mkdir -p "$HOME/.ssh" "$XDG_CONFIG_HOME/hutch/profiles/directory" "$tmp/etc/hutch/profiles" \
  "$share/hutch/profiles" "$share/hutch/seccomp" "$tmp/bin" "$tmp/work/place/below" \
  "$tmp/work/place two"
touch "$XDG_CONFIG_HOME/hutch/profiles/"{mine,'my own'} "$tmp/etc/hutch/profiles/theirs" \
  "$share/hutch/profiles/ci" "$share/hutch/seccomp/strict.rules" "$tmp/work/plain" \
  "$tmp/work/plain text" "$tmp/work/a:b" "$tmp/work/a:c d"
ln -s "$HUTCH" "$tmp/bin/hutch"
ln -s "${HUTCH%/*}/hutch-seccomp" "$tmp/bin/hutch-seccomp"
ln -s "${HUTCH%/*}/hutch-wrap" "$tmp/bin/hutch-wrap"
printf '#!/bin/sh\n' >"$tmp/bin/payload"
chmod +x "$tmp/bin/payload"
# What a shell would execute if it took a name for its own words.
touch "$XDG_CONFIG_HOME/hutch/profiles/\$(touch executed)" "$tmp/work/\$(touch executed)" \
  "$tmp/bin/\$(touch executed)" "$tmp/work/\`touch executed\`"
chmod +x "$tmp/bin/\$(touch executed)"
mkdir -p "$share/applications" "$HOME/.local/share/applications"
touch "$share/applications/"{viewer,'two words','$(touch executed)'}.desktop
printf '%s\n' '[Desktop Entry]' Type=Application Name=x Exec=x X-Hutch-Wrapped=1 | tee \
  "$HOME/.local/share/applications/wrapped.desktop" >"$HOME/.local/share/applications/\$(touch executed).desktop"
echo 'zinnia.example ssh-ed25519 AAAA' >"$HOME/.ssh/known_hosts"
echo '192.0.2.1 zinnia.example' >"$HOSTFILE"
exec 7</dev/null
cd "$tmp/work" || exit 1

# --- what is asked -----------------------------------------------------------------

sentences=() lines=() wanted=() with_loader=()
needs_loader=''
offers() {
  sentences+=("$1") lines+=("$2")
  shift 2
  wanted+=("$(printf '%s\n' "$@")")
  with_loader+=("$needs_loader")
}
nothing() { offers "$1" "$2" ''; }

mapfile -t options < <("$HUTCH" --help | grep -o '^ *--[a-z0-9-]*' | tr -d ' ')
is 'the help lists the options' "$((${#options[@]} > 80))" 1

offers 'every option is offered' 'hutch --' "${options[@]}"
offers 'an option by its beginning' 'hutch --prof' --profile '!--print-plan'
offers 'an option behind others and their operands' 'hutch --bind /a /b --dry-run --profile ci --ch' \
  --chmod --chdir '!--bind'
nothing 'what may come once is not offered again' 'hutch --dry-run --dry'
nothing '  nor behind the same in one word' 'hutch --chdir=/tmp --chdi'
offers '  other options are' 'hutch --bind / / --bin' --bind --bind-try
nothing 'an option is not offered where an operand is wanted' 'hutch --setenv A --bi'
nothing 'nothing is offered behind what is no option' 'hutch --no-such pl'

offers 'a source: files and directories' 'hutch --bind pl' plain 'plain text' place 'place two' '!mine'
offers '  with their names quoted' 'hutch --bind "plain t' 'plain text'
offers '  and as they are quoted' 'hutch --bind plain\ t' 'plain text'
offers '  below a directory' 'hutch --ro-bind-try place/' place/below '!plain'
offers '  with a colon in the name' 'hutch --bind a:c' 'a:c d' '!plain'
offers 'a destination is the second operand' 'hutch --bind / pl' plain place
offers 'of a descriptor, too' 'hutch --ro-bind-data 7 pl' plain place '!7'
offers 'a destination that was named before' 'hutch --bind plain /made/up --remount-ro /made' /made/up
offers '  with a blank in it' 'hutch --dir "/made up/a" --chmod 0700 "/made' '/made up/a'
offers 'a directory, for a working directory' 'hutch --chdir pl' place 'place two' '!plain'
offers '  in one word with the option' 'hutch --chdir=place\ ' '--chdir=place two'
offers '  that was named before' 'hutch --tmpfs /made/up --chdir=/mad' --chdir=/made/up
offers 'a layer is a directory' 'hutch --overlay-src pl' place '!plain'
offers 'so are all operands of an overlay' 'hutch --overlay pl' place '!plain'
offers '  the second' 'hutch --overlay place pl' place '!plain'
offers '  and the third' 'hutch --overlay place place pl' place '!plain'
offers 'the target of a link' 'hutch --symlink pl' place plain
offers 'what is asked about' 'hutch --explain pl' plain place
offers 'what is shown in its place' 'hutch --show-try pl' plain place

offers 'a profile, by its name' 'hutch --profile ' mine 'my own' theirs ci place '!plain' '!directory'
offers '  quoted' 'hutch --profile my\ ' 'my own' '!mine'
offers '  in one word with the option' 'hutch --profile=th' --profile=theirs
offers '  by its path' 'hutch --profile ./pl' ./plain ./place '!mine'
offers 'capabilities' 'hutch --cap-add ' ALL CAP_SYS_ADMIN CAP_CHOWN '!plain'
offers '  also to drop' 'hutch --cap-drop CAP_NET_' CAP_NET_RAW CAP_NET_ADMIN '!CAP_CHOWN'
offers 'filters' 'hutch --seccomp-filter ' terminal default strict '!plain'
offers 'forms of a plan' 'hutch --print-plan ' text json args '!plain'
offers 'rules for a bus' 'hutch --dbus-session t' talk= '!own='
offers '  in one word with the option' 'hutch --print-plan=j' --print-plan=json
offers 'descriptors that are open' 'hutch --keep-fd ' 7 '!255' '!6' '!plain'
offers 'permissions' 'hutch --perms ' 0755 0600 1777 '!plain'
offers '  as the first of two operands' 'hutch --chmod 07' 0755 0700 '!0600'
offers 'sizes' 'hutch --size 104' 1048576 '!plain'
offers 'ids of users' 'hutch --uid ' 0 "$(getent passwd nobody | cut -d: -f3)" '!root' '!plain'
offers 'ids of groups' 'hutch --gid ' 0 '!root' '!plain'
offers 'names of hosts' 'hutch --hostname zin' zinnia.example '!plain'
offers 'variables of the environment' 'hutch --setenv HUTCH_TEST' HUTCH_TEST_VARIABLE '!plain'
offers '  to unset' 'hutch --unsetenv HUTCH_TEST' HUTCH_TEST_VARIABLE
offers '  to keep' 'hutch --setenv A b:c=d --keepenv HUTCH_TEST' HUTCH_TEST_VARIABLE
offers 'a value may be a path' 'hutch --setenv HUTCH_TEST_VARIABLE pl' plain '!HUTCH_TEST_VARIABLE'
offers 'programs, for the name of one' 'hutch --argv0 pay' payload '!plain'
nothing 'nothing for a label' 'hutch --exec-label '

offers 'the command is a program' 'hutch --bind / / paylo' payload '!--bind'
needs_loader=yes
offers '  with its own completion' 'hutch --bind / / payload ' alpha beta '!plain'
offers '  behind the end of the options' 'hutch -- payload al' alpha '!beta'
offers '  and behind options' 'hutch --setenv PATH /bin:/sbin --chdir=/ -- payload al' alpha '!beta'
offers '  with that of hutch inside of hutch' 'hutch --chdir=/ hutch --setenv A b --prof' --profile
nothing 'no option of hutch is offered behind the command' 'hutch payload --bi'
nothing '  nor behind the end of the options' 'hutch -- payload --dry'

needs_loader=''
offers 'the other name has the same options' 'bwrap --unsh' --unshare-net --unshare-all '!--bind'
offers '  and operands' 'bwrap --ro-bind / pl' plain place
nothing '  but none in one word with an option' 'bwrap --profile=mi'

offers 'what hutch-seccomp can do' 'hutch-seccomp ' compile explain calls list '!plain'
offers 'rules to compile' 'hutch-seccomp compile pl' plain 'plain text'
offers '  also those that are shipped' "hutch-seccomp compile $share/hutch/" "$share/hutch/seccomp/strict.rules"
offers 'a filter to explain' 'hutch-seccomp explain pl' plain '!plain-'
offers 'calls to explain' 'hutch-seccomp explain --arch i386 plain open' openat open_tree '!plain'
run "$tmp/bin/hutch-seccomp" explain plain --arch none getpid
architectures=${err##*none of }
like 'hutch-seccomp names its architectures' "$architectures" '^x86_64, '
# shellcheck disable=SC2086 # words
offers 'all architectures' 'hutch-seccomp compile plain --arch ' ${architectures//,/} '!plain'
offers '  in one word with the option' 'hutch-seccomp calls --arch=risc' --arch=riscv64
nothing 'nothing behind all operands' 'hutch-seccomp compile plain pl'

offers 'an application' 'hutch-wrap ' viewer 'two words' '$(touch executed)' '!wrapped' '!mine'
offers '  by its beginning' 'hutch-wrap two\ ' 'two words' '!viewer'
offers '  that is wrapped' 'hutch-wrap --remove ' wrapped '$(touch executed)' '!viewer'
offers '  by its path' 'hutch-wrap ./pl' ./place '!viewer'
offers 'what hutch-wrap can do' 'hutch-wrap viewer --f' --files --force '!--print'
offers '  with files' 'hutch-wrap viewer --files ' ro rw none '!viewer'
offers '  with files, in one word with the option' 'hutch-wrap viewer --files=n' --files=none '!viewer'
offers 'its profile' 'hutch-wrap viewer --profile ' mine 'my own' theirs ci '$(touch executed)' '!viewer' '!directory'
offers '  in one word with the option' 'hutch-wrap viewer --profile=th' --profile=theirs '!viewer'
nothing 'nothing of its own behind the dashes' 'hutch-wrap viewer -- --pro'

# --- what they say -----------------------------------------------------------------

printf '%s\n' "${lines[@]}" >"$tmp/lines"

# ask SHELL TITLE: TITLE.setup says how it is set up.
ask() {
  timeout 60 python3 "$here/data/complete.py" "$1" "$tmp/$2.setup" <"$tmp/lines" \
    >"$tmp/$2.out" 2>"$tmp/$2.err"
  echo $? >"$tmp/$2.status"
}

# The words of WANTED that were not offered at LINE, and those that must not be and were.
compare() {
  local word
  local -A offered=()
  while IFS= read -r word; do offered[$word]=yes; done < <(sed -n "s/^$2	//p" "$tmp/.words")
  while IFS= read -r word; do
    case $word in
    '') [[ ${#offered[@]} == 0 ]] || echo "${!offered[@]}" ;;
    '!'*) [[ ! ${offered[${word#!}]-} ]] || echo "$word" ;;
    *) [[ ${offered[$word]-} ]] || echo "$word" ;;
    esac
  done <<<"$1"
}

judge() {
  local title=$1 at
  status=$(<"$tmp/$title.status") err=$(<"$tmp/$title.err")
  is "$title: answers" "$status$err" 0
  # Some add a slash to a directory, and zsh the sign that may follow an option.
  sed -e 's,/$,,' -e 's,\(	--[a-z0-9-]*\)=$,\1,' "$tmp/$title.out" >"$tmp/.words"
  for at in "${!lines[@]}"; do
    [[ $title != alone || ! ${with_loader[at]} ]] || continue
    is "$title: ${sentences[at]}" "$(compare "${wanted[at]}" $((at + 1)))" ''
  done
}

asked=() jobs=()
for shell in bash zsh fish; do
  if ! has "$shell"; then
    skip "$shell" 'is not installed'
  elif [[ $shell == bash && ! -e $loader ]]; then
    skip "$shell" 'bash-completion is not installed'
  else
    asked+=("$shell")
    ask "$shell" "$shell" &
    jobs+=($!)
  fi
done
# bash, without bash-completion.
asked+=(alone)
ask bash alone
wait "${jobs[@]}"
for title in "${asked[@]}"; do judge "$title"; done
is 'no name is executed' "$(find "$tmp" -name executed)" ''

# --- as files ------------------------------------------------------------------------

for file in "$share"/{bash-completion/completions,zsh/site-functions,fish/vendor_completions.d}/*; do
  case $file in
  *.fish) shell=fish ;;
  *_*) shell=zsh ;;
  *) shell=bash ;;
  esac
  if has "$shell"; then
    run "$shell" -n "$file"
    is "$shell reads ${file##*/} without a complaint" "$status$out$err" 0
  else
    skip "$shell reads ${file##*/}" 'is not installed'
  fi
done
if has fish; then
  run fish --no-config -c ". $tmp/fish.setup; complete -C 'hutch --dry'"
  like 'fish says what an option is for' "$out" '^--dry-run.check everything'
fi

plan
