#!/bin/sh
# format.sh fmt|fmt-check [ROOT]: clang-format over every C file. Another major version lays out
# some lines differently, so only the one that .clang-format is written for will do.
set -eu
action=$1
wanted=14
here=$(cd "$(dirname "$0")" && pwd)
cd "${2:-.}"

for tool in "${CLANG_FORMAT:-}" clang-format-$wanted clang-format ''; do
  if [ -n "$tool" ] && "$tool" --version 2>/dev/null | grep -q "version $wanted\."; then
    break
  fi
done
if [ -z "$tool" ]; then
  echo "$action: clang-format $wanted is not installed" >&2
  exit 1
fi

case $action in
fmt) sh "$here/list-files.sh" c | xargs "$tool" -i ;;
fmt-check) sh "$here/list-files.sh" c | xargs "$tool" --dry-run --Werror ;;
*) echo "format.sh: no such action: $action" >&2 && exit 2 ;;
esac
