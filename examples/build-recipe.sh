#!/bin/bash
# build-recipe.sh RECIPE: builds a package from a recipe, in the manner of makepkg, into the current
# directory.
#
#   build-recipe.sh greeting.recipe        makes greeting-1.0.tar.gz
#
# A recipe is a shell script that somebody else wrote; greeting.recipe shows what is in it. Even to
# find out its name is to execute it, so nothing of it is ever executed outside.
set -eu -o pipefail
if [ $# -ne 1 ] || [ ! -f "$1" ]; then
  echo "usage: ${0##*/} RECIPE" >&2
  exit 2
fi
recipe=$(realpath "$1")

fail() {
  echo "build-recipe: $1" >&2
  exit 1
}

# A sandbox can write to the directory that it is started in. What this script itself reads and
# writes must not lie there, where a link could have been left for it: each has its own directory.
room=$(mktemp -d "$PWD/build-recipe.XXXXXX")
trap 'rm -rf "$room"' EXIT
mkdir -p "$room/ask" "$room/sources" "$room/build/tree"

# 1. What is it, and what does it want? The answer is text, which is checked before it is used.
cd "$room/ask"
# shellcheck disable=SC2016 # the shell inside expands it
hutch --profile ci --ro-bind "$recipe" /recipe -- bash -euc '
  . /recipe >&2
  printf "%s\0" "$name" "$version" "${sha256[@]}" "${source[@]}"
' >"$room/facts"
mapfile -d '' -t facts <"$room/facts"
for word in "${facts[@]:0:2}"; do
  [[ $word =~ ^[a-z0-9][a-z0-9.+-]*$ ]] || fail "a name or a version that is none: $word"
done
package=${facts[0]}-${facts[1]}.tar.gz
count=$(((${#facts[@]} - 2) / 2))
sums=("${facts[@]:2:count}")
sources=("${facts[@]:2+count}")
[ "$count" -eq "${#sources[@]}" ] || fail "there is to be one sum for each source"

# 2. The sources. Only this has the network, and nothing of the recipe's runs in it.
for ((i = 0; i < count; i++)); do
  from=${sources[i]} file=$room/sources/${sources[i]##*/}
  case $from in
    https://*) curl --fail --location --proto =https --silent --show-error --output "$file" "$from" ;;
    */* | .* | '') fail "a source is a file beside the recipe, or https://...: $from" ;;
    *) cp "${recipe%/*}/$from" "$file" ;;
  esac
  echo "${sums[i]}  $file" | sha256sum --check --quiet || fail "$from is not what the recipe was written for"
done
cp -r "$room/sources/." "$room/build/tree"

# 3. The build, without a network. In package(), user 0 stands for the caller, so that files can be
# installed as root's. The package leaves by standard output, so that no name has to be trusted.
# Order, owners and times in it are fixed: the same sources make the same bytes.
export SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-0}
cd "$room/build/tree"
# shellcheck disable=SC2016
hutch --profile build --ro-bind "$recipe" /recipe -- bash -eu -o pipefail -c '
  exec 3>&1 >&2
  . /recipe
  pkgdir=/tmp/package
  mkdir "$pkgdir"
  build
  package
  cd "$pkgdir"
  tar --create --sort=name --mtime="@$SOURCE_DATE_EPOCH" --owner=0 --group=0 --numeric-owner . | gzip -n >&3
' >"$room/package"

cd "$room/.."
mv "$room/package" "$package"
echo "$package"
