# bash completion for hutch-wrap.
# shellcheck shell=bash

# Adds what begins as the word at the cursor does. Names of files never become a list of words for
# compgen, which would execute what they hold.
_hutch_wrap_add() {
  local offer
  for offer; do
    [[ $offer != "$plain"* ]] || COMPREPLY+=("$offer")
  done
}

_hutch_wrap_files() {
  local found
  mapfile -t found < <(compgen -f -- "$plain")
  COMPREPLY+=("${found[@]}")
}

# Adds the ids of the wrapped entries, or of all.
_hutch_wrap_ids() {
  local directory file found
  if [[ " ${COMP_WORDS[*]} " == *' --remove '* ]]; then
    mapfile -t found < <(hutch-wrap --list 2>/dev/null | cut -f 1)
    _hutch_wrap_add "${found[@]}"
    return
  fi
  IFS=: read -r -a found <<<"${XDG_DATA_DIRS:-/usr/local/share:/usr/share}"
  for directory in "${found[@]}"; do
    for file in "$directory"/applications/*.desktop; do
      file=${file##*/}
      [[ $file == '*.desktop' ]] || _hutch_wrap_add "${file%.desktop}"
    done
  done
}

_hutch_wrap_profiles() {
  local directory file
  for directory in "${XDG_CONFIG_HOME:-$HOME/.config}" '@sysconfdir@' '@datadir@'; do
    for file in "$directory"/hutch/profiles/*; do
      [[ ! -f $file ]] || _hutch_wrap_add "${file##*/}"
    done
  done
}

_hutch_wrap() {
  local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]} index plain
  COMPREPLY=()
  for ((index = 1; index < COMP_CWORD; index++)); do
    [[ ${COMP_WORDS[index]} != -- ]] || return
  done
  # "--files=ro" is three words here.
  [[ $word != = ]] || word=''
  [[ $before != = ]] || before=${COMP_WORDS[COMP_CWORD - 2]}
  plain=${word//[\"\'\\]/}
  case $before in
  --profile | -p)
    _hutch_wrap_profiles
    _hutch_wrap_files
    ;;
  --files | -f) _hutch_wrap_add ro rw none ;;
  *)
    if [[ $word == -* ]]; then
      _hutch_wrap_add --profile --files --force --print --remove --list --json --version --help --
    elif [[ $word == */* ]]; then
      _hutch_wrap_files
    else
      _hutch_wrap_ids
    fi
    ;;
  esac
}
complete -o filenames -F _hutch_wrap hutch-wrap
