# fish completion for hutch-seccomp.

# True if the command is one of $argv[2..-1] and the number of its operands before the cursor
# matches $argv[1].
function __hutch_seccomp_has --argument-names wanted
    set -l words (commandline -opc)
    set -l operands 0
    set -l skips no
    for word in $words[3..-1]
        if test $skips = yes
            set skips no
        else if test "$word" = --arch
            set skips yes
        else if not string match -q -- '--arch=*' $word
            set operands (math $operands + 1)
        end
    end
    contains -- "$words[2]" $argv[2..-1]
    and test $skips = no
    and string match -qr -- "^$wanted\$" $operands
end

function __hutch_seccomp_calls
    set -l program (commandline -opc)[1]
    $program calls 2>/dev/null
end

complete -c hutch-seccomp -f
complete -c hutch-seccomp -n __fish_is_first_token -l help -d 'print how it is called'
complete -c hutch-seccomp -n __fish_is_first_token -l version -d 'print version'
complete -c hutch-seccomp -n __fish_is_first_token -a compile -d 'make a filter of rules'
complete -c hutch-seccomp -n __fish_is_first_token -a explain \
    -d 'say what a filter answers to system calls'
complete -c hutch-seccomp -n __fish_is_first_token -a calls -d 'list the names of system calls'
complete -c hutch-seccomp -n __fish_is_first_token -a list \
    -d 'list the filters that hutch brings along'
complete -c hutch-seccomp -n '__fish_seen_subcommand_from compile explain calls' -l arch \
    -x -a 'x86_64 i386 x32 aarch64 arm riscv64 ppc64le' -d 'the architecture'
complete -c hutch-seccomp -n '__hutch_seccomp_has 0 compile explain' -F
complete -c hutch-seccomp -n '__hutch_seccomp_has 0 compile' -a '@datadir@/hutch/seccomp/*.rules'
complete -c hutch-seccomp -n '__hutch_seccomp_has "[1-9].*" explain' \
    -a '(__hutch_seccomp_calls)'
