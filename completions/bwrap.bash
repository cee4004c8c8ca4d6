# bash completion for hutch under the name bwrap; its options are the same.
# The file beside it is there once both are installed.
# shellcheck shell=bash disable=SC1091,SC1094

declare -F _hutch >/dev/null || . "${BASH_SOURCE[0]%/*}/hutch"
complete -F _hutch bwrap
