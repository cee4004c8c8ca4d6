# bash completion for hutch-seccomp.
# shellcheck shell=bash

# Adds files that hutch brings along, and files.
_hutch_seccomp_files() {
  local file
  compopt -o filenames
  if declare -F _filedir >/dev/null; then
    _filedir
  else
    mapfile -t COMPREPLY < <(compgen -f -- "$cur")
  fi
  [[ $1 == rules ]] || return
  for file in '@datadir@'/hutch/seccomp/*.rules; do
    [[ ! -f $file || $file != "$cur"* ]] || COMPREPLY+=("$file")
  done
}

_hutch_seccomp() {
  local cur=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]} operands=-1 i
  local architectures='x86_64 i386 x32 aarch64 arm riscv64 ppc64le' words_of=''
  COMPREPLY=()
  # "--arch=ARM" is three words here.
  [[ $cur != = ]] || cur=''
  [[ $previous != = ]] || previous=${COMP_WORDS[COMP_CWORD - 2]}
  for ((i = 1; i < COMP_CWORD; i++)); do
    if [[ ${COMP_WORDS[i]} == --arch ]]; then
      ((i++))
      [[ ${COMP_WORDS[i]} != = ]] || ((i++))
    else
      ((operands++))
    fi
  done
  if ((COMP_CWORD == 1)); then
    words_of='compile explain calls list --help --version'
  elif [[ $previous == --arch ]]; then
    words_of=$architectures
  else
    case ${COMP_WORDS[1]} in
    compile | explain | calls)
      if [[ $cur == --* ]]; then
        words_of=--arch
      elif [[ ${COMP_WORDS[1]} == compile ]] && ((operands == 0)); then
        _hutch_seccomp_files rules
      elif [[ ${COMP_WORDS[1]} == explain ]] && ((operands == 0)); then
        _hutch_seccomp_files
      elif [[ ${COMP_WORDS[1]} == explain ]]; then
        words_of=$("${COMP_WORDS[0]}" calls 2>/dev/null)
      fi
      ;;
    esac
  fi
  [[ ! $words_of ]] || mapfile -t COMPREPLY < <(compgen -W "$words_of" -- "$cur")
}

complete -F _hutch_seccomp hutch-seccomp
