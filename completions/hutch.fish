# fish completion for hutch, made from its option table by "make regen".

set -g __hutch_capabilities 'ALL CAP_CHOWN CAP_DAC_OVERRIDE CAP_DAC_READ_SEARCH CAP_FOWNER CAP_FSETID CAP_KILL CAP_SETGID CAP_SETUID CAP_SETPCAP CAP_LINUX_IMMUTABLE CAP_NET_BIND_SERVICE CAP_NET_BROADCAST CAP_NET_ADMIN CAP_NET_RAW CAP_IPC_LOCK CAP_IPC_OWNER CAP_SYS_MODULE CAP_SYS_RAWIO CAP_SYS_CHROOT CAP_SYS_PTRACE CAP_SYS_PACCT CAP_SYS_ADMIN CAP_SYS_BOOT CAP_SYS_NICE CAP_SYS_RESOURCE CAP_SYS_TIME CAP_SYS_TTY_CONFIG CAP_MKNOD CAP_LEASE CAP_AUDIT_WRITE CAP_AUDIT_CONTROL CAP_SETFCAP CAP_MAC_OVERRIDE CAP_MAC_ADMIN CAP_SYSLOG CAP_WAKE_ALARM CAP_BLOCK_SUSPEND CAP_AUDIT_READ CAP_PERFMON CAP_BPF CAP_CHECKPOINT_RESTORE'

# True while the words before the cursor are options and their operands. Sets
# __hutch_command to the index of the command otherwise.
function __hutch_reads_options
    set -l words (commandline -opc)
    set -l at 2
    while test $at -le (count $words)
        switch $words[$at]
            case --help --version --dry-run --json --doctor --level-prefix --not-a-security-boundary --unshare-user --unshare-user-try --unshare-pid --unshare-ipc --unshare-uts --unshare-cgroup --unshare-cgroup-try --unshare-net --unshare-all --share-pid --share-ipc --share-uts --share-cgroup --share-net --disable-userns --assert-userns-disabled --keep-id --clearenv --new-session --die-with-parent --as-pid-1 --seccomp-log
                set at (math $at + 1)
            case --args --profile --error-fd --status-fd --print-plan --explain --userns --userns2 --pidns --hostname --uid --gid --overlay-src --tmp-overlay --ro-overlay --show-try --tmpfs --proc --dev --mqueue --dir --remount-ro --perms --size --chdir --unsetenv --keepenv --argv0 --keep-fd --lock-file --dbus-session --dbus-session-try --dbus-system --dbus-system-try --sync-fd --block-fd --userns-block-fd --info-fd --json-status-fd --cap-add --cap-drop --seccomp --add-seccomp-fd --seccomp-filter --exec-label --file-label
                set at (math $at + 2)
            case --bind --ro-bind --dev-bind --bind-try --ro-bind-try --dev-bind-try --bind-fd --ro-bind-fd --bind-create --file --bind-data --ro-bind-data --symlink --chmod --setenv
                set at (math $at + 3)
            case --overlay
                set at (math $at + 4)
            case '*'
                return 1
        end
    end
end

complete -c hutch -n 'not __hutch_reads_options' -x -a '(__fish_complete_subcommand)'
complete -c hutch -n __hutch_reads_options -a '(__fish_complete_command)'
complete -c hutch -n __hutch_reads_options -l help -d 'print this help'
complete -c hutch -n __hutch_reads_options -l version -d 'print version'
complete -c hutch -n __hutch_reads_options -l args -x -d 'read more options from descriptor FD'
complete -c hutch -n __hutch_reads_options -l profile -r -F -d 'read more options from a file'
complete -c hutch -n __hutch_reads_options -l error-fd -x -d 'write a failure of hutch\'s own to FD as JSON'
complete -c hutch -n __hutch_reads_options -l status-fd -x -d 'write the start and the end to FD as JSON'
complete -c hutch -n __hutch_reads_options -l dry-run -d 'check everything but start nothing, and print the plan'
complete -c hutch -n __hutch_reads_options -l print-plan -x -d 'print the plan as text, json or args, and start nothing'
complete -c hutch -n __hutch_reads_options -l explain -r -F -d 'print what PATH is inside; start nothing'
complete -c hutch -n __hutch_reads_options -l json -d 'print --explain, --dry-run or --doctor as JSON'
complete -c hutch -n __hutch_reads_options -l doctor -d 'try what this system allows, and say what is missing'
complete -c hutch -n __hutch_reads_options -l level-prefix -d 'begin messages with their level, as <3>'
complete -c hutch -n __hutch_reads_options -l not-a-security-boundary -d 'accepted, without an effect'
complete -c hutch -n __hutch_reads_options -l unshare-user -d 'new user namespace'
complete -c hutch -n __hutch_reads_options -l unshare-user-try -d 'new user namespace if the kernel has them'
complete -c hutch -n __hutch_reads_options -l unshare-pid -d 'new process namespace'
complete -c hutch -n __hutch_reads_options -l unshare-ipc -d 'new IPC namespace'
complete -c hutch -n __hutch_reads_options -l unshare-uts -d 'new host name namespace'
complete -c hutch -n __hutch_reads_options -l unshare-cgroup -d 'new control group namespace'
complete -c hutch -n __hutch_reads_options -l unshare-cgroup-try -d 'the same if the kernel has them'
complete -c hutch -n __hutch_reads_options -l unshare-net -d 'new network namespace with nothing but loopback'
complete -c hutch -n __hutch_reads_options -l unshare-all -d 'all of the above'
complete -c hutch -n __hutch_reads_options -l share-pid -d 'see and signal the caller\'s processes'
complete -c hutch -n __hutch_reads_options -l share-ipc -d 'keep the caller\'s IPC namespace'
complete -c hutch -n __hutch_reads_options -l share-uts -d 'keep the caller\'s host name namespace'
complete -c hutch -n __hutch_reads_options -l share-cgroup -d 'keep the caller\'s control group namespace'
complete -c hutch -n __hutch_reads_options -l share-net -d 'keep the caller\'s network'
complete -c hutch -n __hutch_reads_options -l userns -x -d 'join the user namespace FD instead of a new one'
complete -c hutch -n __hutch_reads_options -l userns2 -x -d 'then, when all is set up, join the user namespace FD'
complete -c hutch -n __hutch_reads_options -l pidns -x -d 'join the process namespace FD'
complete -c hutch -n __hutch_reads_options -l disable-userns -d 'let nobody inside make a user namespace'
complete -c hutch -n __hutch_reads_options -l assert-userns-disabled -d 'fail if a user namespace can be made inside'
complete -c hutch -n __hutch_reads_options -l hostname -x -d 'host name inside'
complete -c hutch -n __hutch_reads_options -l uid -x -d 'user id inside'
complete -c hutch -n __hutch_reads_options -l gid -x -d 'group id inside'
complete -c hutch -n __hutch_reads_options -l keep-id -d 'the caller\'s user and group id inside'
complete -c hutch -n __hutch_reads_options -l bind -r -F -d 'show the host\'s SRC at DEST, writable'
complete -c hutch -n __hutch_reads_options -l ro-bind -r -F -d 'show the host\'s SRC at DEST, read-only'
complete -c hutch -n __hutch_reads_options -l dev-bind -r -F -d 'as --bind, and device nodes work'
complete -c hutch -n __hutch_reads_options -l bind-try -r -F -d 'as --bind, but skipped if SRC does not exist'
complete -c hutch -n __hutch_reads_options -l ro-bind-try -r -F -d 'as --ro-bind, but skipped if SRC does not exist'
complete -c hutch -n __hutch_reads_options -l dev-bind-try -r -F -d 'as --dev-bind, but skipped if SRC does not exist'
complete -c hutch -n __hutch_reads_options -l bind-fd -x -d 'show what descriptor FD refers to at DEST, writable'
complete -c hutch -n __hutch_reads_options -l ro-bind-fd -x -d 'show what descriptor FD refers to at DEST, read-only'
complete -c hutch -n __hutch_reads_options -l overlay-src -r -F -d 'a layer of the overlay that follows'
complete -c hutch -n __hutch_reads_options -l overlay -x -d 'show the layers and RWSRC on top at DEST'
complete -c hutch -n __hutch_reads_options -l tmp-overlay -r -F -d 'show the layers at DEST, changes are kept in memory'
complete -c hutch -n __hutch_reads_options -l ro-overlay -r -F -d 'show the layers at DEST, read-only'
complete -c hutch -n __hutch_reads_options -l bind-create -r -F -d 'as --bind, but SRC is made a directory if it is missing'
complete -c hutch -n __hutch_reads_options -l show-try -r -F -d 'show the host\'s PATH in its place, if it exists, read-only'
complete -c hutch -n __hutch_reads_options -l tmpfs -r -F -d 'new empty file system in memory at DEST'
complete -c hutch -n __hutch_reads_options -l proc -r -F -d 'new proc file system at DEST'
complete -c hutch -n __hutch_reads_options -l dev -r -F -d 'new small /dev at DEST'
complete -c hutch -n __hutch_reads_options -l mqueue -r -F -d 'new POSIX message queue file system at DEST'
complete -c hutch -n __hutch_reads_options -l dir -r -F -d 'make a directory at DEST'
complete -c hutch -n __hutch_reads_options -l file -x -d 'make a file with the data of FD at DEST'
complete -c hutch -n __hutch_reads_options -l bind-data -x -d 'show a new file with the data of FD at DEST'
complete -c hutch -n __hutch_reads_options -l ro-bind-data -x -d 'as --bind-data, read-only'
complete -c hutch -n __hutch_reads_options -l symlink -r -F -d 'make a symbolic link to TARGET at DEST'
complete -c hutch -n __hutch_reads_options -l remount-ro -r -F -d 'make the mount at DEST read-only, that one alone'
complete -c hutch -n __hutch_reads_options -l chmod -x -d 'change the permissions of PATH inside'
complete -c hutch -n __hutch_reads_options -l perms -x -d 'permissions of what the next option makes'
complete -c hutch -n __hutch_reads_options -l size -x -d 'size of the next --tmpfs'
complete -c hutch -n __hutch_reads_options -l chdir -x -a '(__fish_complete_directories)' -d 'working directory inside'
complete -c hutch -n __hutch_reads_options -l setenv -x -a '(set -nx)' -d 'set an environment variable'
complete -c hutch -n __hutch_reads_options -l unsetenv -x -a '(set -nx)' -d 'unset an environment variable'
complete -c hutch -n __hutch_reads_options -l clearenv -d 'unset all variables so far, but PWD'
complete -c hutch -n __hutch_reads_options -l keepenv -x -a '(set -nx)' -d 'let an environment variable be as the caller has it'
complete -c hutch -n __hutch_reads_options -l argv0 -x -d 'what the command sees as its own name'
complete -c hutch -n __hutch_reads_options -l keep-fd -x -d 'let the command inherit descriptor FD'
complete -c hutch -n __hutch_reads_options -l new-session -d 'start a new terminal session'
complete -c hutch -n __hutch_reads_options -l die-with-parent -d 'end the sandbox when the calling process ends'
complete -c hutch -n __hutch_reads_options -l as-pid-1 -d 'no reaper: the command itself is process 1'
complete -c hutch -n __hutch_reads_options -l lock-file -r -F -d 'hold a read lock on DEST inside while the sandbox lives'
complete -c hutch -n __hutch_reads_options -l dbus-session -x -d 'reach the session bus, filtered by RULE'
complete -c hutch -n __hutch_reads_options -l dbus-session-try -x -d 'the same, but skipped if there is no session bus'
complete -c hutch -n __hutch_reads_options -l dbus-system -x -d 'reach the system bus, filtered by RULE'
complete -c hutch -n __hutch_reads_options -l dbus-system-try -x -d 'the same, but skipped if there is no system bus'
complete -c hutch -n __hutch_reads_options -l sync-fd -x -d 'keep FD open while the sandbox lives'
complete -c hutch -n __hutch_reads_options -l block-fd -x -d 'wait for a byte on FD before the command starts'
complete -c hutch -n __hutch_reads_options -l userns-block-fd -x -d 'wait on FD until the caller has written the id maps'
complete -c hutch -n __hutch_reads_options -l info-fd -x -d 'write the first process\'s id and its namespaces to FD'
complete -c hutch -n __hutch_reads_options -l json-status-fd -x -d 'write the same to FD, and at the end the exit status'
complete -c hutch -n __hutch_reads_options -l cap-add -x -a "$__hutch_capabilities" -d 'keep capability CAP, or ALL of them'
complete -c hutch -n __hutch_reads_options -l cap-drop -x -a "$__hutch_capabilities" -d 'do not keep CAP, or any of them'
complete -c hutch -n __hutch_reads_options -l seccomp -x -d 'load the compiled seccomp filter in FD'
complete -c hutch -n __hutch_reads_options -l add-seccomp-fd -x -d 'the same; may be given more than once, loaded in order'
complete -c hutch -n __hutch_reads_options -l seccomp-filter -x -d 'load the built-in filter NAME: terminal, default or strict'
complete -c hutch -n __hutch_reads_options -l seccomp-log -d 'log what --seccomp-filter would refuse, and let it pass'
complete -c hutch -n __hutch_reads_options -l exec-label -x -d 'SELinux context of the command'
complete -c hutch -n __hutch_reads_options -l file-label -x -d 'SELinux context of what is made in memory'
