# shellcheck shell=bash
# For the tests of the examples: $examples, where they lie, `hutch` in PATH, its profiles where a
# user's own are, and `project`, which enters an empty directory that can be a project.
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "${BASH_SOURCE[0]%/*}/lib.sh" || exit 1

[[ -d $here/../examples && -d $here/../profiles ]] || skip_all 'the examples are not here'
# shellcheck disable=SC2034 # the scripts use it
examples=$(realpath "$here/../examples")
export HOME=$tmp/home XDG_CONFIG_HOME=$tmp/config XDG_RUNTIME_DIR=$tmp/run
unset XDG_DATA_HOME XDG_CACHE_HOME HUTCH_OUTPUT HUTCH_APP SOURCE_DATE_EPOCH MAKEFLAGS MFLAGS MAKELEVEL
mkdir -p "$HOME" "$XDG_CONFIG_HOME/hutch" "$XDG_RUNTIME_DIR" "$tmp/bin"
cp -r "$here/../profiles" "$XDG_CONFIG_HOME/hutch/"
chmod -R u+w,go-w "$XDG_CONFIG_HOME/hutch"
ln -s "$HUTCH" "$tmp/bin/hutch"
PATH=$tmp/bin:$PATH
# shellcheck disable=SC2034 # run reads it
limit=60

projects=0
project() {
  projects=$((projects + 1))
  mkdir -p "$HOME/projects/$projects"
  cd "$HOME/projects/$projects" || exit 1
}

# hello's makefiles read what `make check` says of hutch.
unset top_srcdir top_builddir srcdir builddir

# With lists of its own: the system need not have sources enabled.
fetch() { # PACKAGE: the source of a package of Debian
  local keyring options='' apt=$tmp/apt VERSION_CODENAME='' ID=''
  # shellcheck source=/dev/null
  . /etc/os-release
  for keyring in "/usr/share/keyrings/$ID-archive-keyring".[gp]*; do
    [[ ! -e $keyring ]] || options="[signed-by=$keyring] "
  done
  mkdir -p "$apt/lists/partial" "$apt/archives/partial"
  # shellcheck disable=SC2016 # apt expands these
  apt-get indextargets --format '$(REPO_URI) $(RELEASE) $(COMPONENT)' 'Created-By: Packages' |
    grep " $VERSION_CODENAME main$" | sort -u | sed "s|^|deb-src $options|" >"$apt/sources.list"
  local own=(-o "Dir::Etc::sourcelist=$apt/sources.list" -o Dir::Etc::sourceparts=/dev/null
    -o "Dir::State::lists=$apt/lists" -o "Dir::Cache=$apt")
  timeout 120 apt-get "${own[@]}" -q update && timeout 120 apt-get "${own[@]}" -q --download-only source "$1"
}

# GNU hello from Debian's source, unpacked in $1; $dsc is where it came from.
unpack_hello() {
  fetch hello >"$tmp/fetched" 2>&1
  dsc=$(echo "$PWD"/hello_*.dsc)
  [[ -e $dsc ]] || skip_all 'the source of hello cannot be fetched'
  dpkg-source --no-check -x "$dsc" "$1" >/dev/null 2>&1
}
