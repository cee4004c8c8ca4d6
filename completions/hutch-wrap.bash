# bash completion for hutch-wrap.
# shellcheck shell=bash disable=SC2207

# The ids of all entries, or of the wrapped ones.
_hutch_wrap_ids() {
  local directory file
  if [[ " ${COMP_WORDS[*]} " == *' --remove '* ]]; then
    hutch-wrap --list 2>/dev/null | cut -f 1
    return
  fi
  local IFS=:
  for directory in ${XDG_DATA_DIRS:-/usr/local/share:/usr/share}; do
    for file in "$directory"/applications/*.desktop; do
      file=${file##*/}
      [[ $file == '*.desktop' ]] || printf '%s\n' "${file%.desktop}"
    done
  done
}

_hutch_wrap_profiles() {
  local directory file
  for directory in "${XDG_CONFIG_HOME:-$HOME/.config}" '@sysconfdir@' '@datadir@'; do
    for file in "$directory"/hutch/profiles/*; do
      [[ ! -f $file ]] || printf '%s\n' "${file##*/}"
    done
  done
}

_hutch_wrap() {
  local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]} index
  local IFS=$'\n'
  for ((index = 1; index < COMP_CWORD; index++)); do
    if [[ ${COMP_WORDS[index]} == -- ]]; then
      COMPREPLY=()
      return
    fi
  done
  case $before in
  --profile | -p) COMPREPLY=($(compgen -W "$(_hutch_wrap_profiles)" -f -- "$word")) ;;
  --files | -f) COMPREPLY=($(compgen -W $'ro\nrw\nnone' -- "$word")) ;;
  *)
    if [[ $word == -* ]]; then
      COMPREPLY=($(compgen -W $'--profile\n--files\n--force\n--print\n--remove\n--list\n--json\n--version\n--help\n--' -- "$word"))
    elif [[ $word == */* ]]; then
      COMPREPLY=($(compgen -f -- "$word"))
    else
      COMPREPLY=($(compgen -W "$(_hutch_wrap_ids)" -- "$word"))
    fi
    ;;
  esac
}
complete -o filenames -F _hutch_wrap hutch-wrap
