# fish completion for hutch, made from its option table by "make regen".

# Prints what is wanted at the cursor: "option", a kind of operand, or "command" and the words of
# that before the cursor, or "nothing" after what is no option.
function __hutch_wanted
    set -l words (commandline -opc)
    set -l at 2
    set -l here (math (count $words) + 1)
    while test $at -lt $here
        set -l word $words[$at]
        if test "$word" = --
            string join -- \n command $words[(math $at + 1)..-1]
            return
        end
        if set -l takes (__hutch_takes $word)
            if test (math $at + (count $takes)) -ge $here
                echo $takes[(math $here - $at)]
                return
            end
            set at (math $at + 1 + (count $takes))
        else if string match -q -- '--*=*' $word; and not string match -q '*bwrap' $words[1]
            and test (count (__hutch_takes (string split -m 1 = -- $word)[1])) = 1
            set at (math $at + 1)
        else if string match -q -- '-*' $word
            echo nothing
            return
        else
            string join -- \n command $words[$at..-1]
            return
        end
    end
    echo option
end

function __hutch_reads_option
    test (__hutch_wanted)[1] = option
    and not begin
        # Under the name of bubblewrap an operand is always a word of its own.
        string match -q '*bwrap' (commandline -opc)[1]
        and string match -q -- '--*=*' (commandline -ct)
    end
end

# True if an option can follow that was not given yet.
function __hutch_lacks --argument-names option
    not string match -qr -- "^$option(=|\$)" (commandline -opc)
    and __hutch_reads_option
end

function __hutch_wants_path
    contains -- (__hutch_wanted)[1] file inside
end

# Prints the names that --profile looks up, and what leads to other files.
function __hutch_profiles --argument-names token
    set -l config $HOME/.config
    string match -q '/*' -- $XDG_CONFIG_HOME; and set config $XDG_CONFIG_HOME
    if string match -qr '/|^~' -- $token
        __fish_complete_path $token
        return
    end
    for directory in $config '@sysconfdir@' '@datadir@'
        for file in $directory/hutch/profiles/*
            test -f $file; and string replace -r '.*/(.*)' '$1\tprofile' -- $file
        end
    end
    __fish_complete_directories $token
end

# Prints the descriptors that hutch would inherit: those that execve() does not close.
function __hutch_fds
    for info in /proc/$fish_pid/fdinfo/*
        test -e $info
        or continue
        set -l flags (string match -r '^flags:.*' <$info)
        string match -qr '[2367]\d{6}$' -- $flags
        or string replace -r '.*/' '' -- $info
    end
end

# Prints the ids in a database of getent, with their names.
function __hutch_ids --argument-names database
    getent $database 2>/dev/null | string replace -r '^([^:]*):[^:]*:(\d+).*' '$2\t$1'
end

# Prints what there is of a kind.
function __hutch_offer --argument-names kind
    set -l token (string replace -r '^--[a-z0-9-]+=' '' -- (commandline -ct))
    # Paths inside: those that were named before, and files, as the inside is often as the host is.
    string match -q 'inside*' -- $kind
    and string match -- '/*' (commandline -opc)[2..-1]
    switch $kind
        case bus-rule
            string join -- \n none see= talk= own= call= broadcast=
        case capability
            string join -- \n $__hutch_capabilities
        case filter
            string join -- \n $__hutch_filters
        case form
            string join -- \n $__hutch_forms
        case mode
            string join -- \n 0400 0444 0500 0555 0600 0644 0700 0755 1777
        case size
            printf '%s\t%s\n' 1048576 '1 MiB' 16777216 '16 MiB' 67108864 '64 MiB' \
                268435456 '256 MiB' 1073741824 '1 GiB'
        case program
            __fish_complete_command
        case host
            __fish_print_hostnames
        case variable
            set -nx
        case directory inside-directory
            __fish_complete_directories $token
        case profile
            __hutch_profiles $token
        case fd
            __hutch_fds
        case uid
            __hutch_ids passwd
        case gid
            __hutch_ids group
    end
end

# Prints what there is for a word that is no option.
function __hutch_operands
    set -l wanted (__hutch_wanted)
    switch $wanted[1]
        case option
            string match -q -- '-*' (commandline -ct)
            or __fish_complete_command
        case command
            complete -C"$(string join ' ' -- (string escape -- $wanted[2..-1]) (commandline -ct))"
        case '*'
            __hutch_offer $wanted[1]
    end
end

complete -c hutch -f
complete -c hutch -n __hutch_wants_path -F
complete -c hutch -a '(__hutch_operands)'

set -g __hutch_capabilities ALL CAP_CHOWN CAP_DAC_OVERRIDE CAP_DAC_READ_SEARCH CAP_FOWNER CAP_FSETID CAP_KILL CAP_SETGID CAP_SETUID CAP_SETPCAP CAP_LINUX_IMMUTABLE CAP_NET_BIND_SERVICE CAP_NET_BROADCAST CAP_NET_ADMIN CAP_NET_RAW CAP_IPC_LOCK CAP_IPC_OWNER CAP_SYS_MODULE CAP_SYS_RAWIO CAP_SYS_CHROOT CAP_SYS_PTRACE CAP_SYS_PACCT CAP_SYS_ADMIN CAP_SYS_BOOT CAP_SYS_NICE CAP_SYS_RESOURCE CAP_SYS_TIME CAP_SYS_TTY_CONFIG CAP_MKNOD CAP_LEASE CAP_AUDIT_WRITE CAP_AUDIT_CONTROL CAP_SETFCAP CAP_MAC_OVERRIDE CAP_MAC_ADMIN CAP_SYSLOG CAP_WAKE_ALARM CAP_BLOCK_SUSPEND CAP_AUDIT_READ CAP_PERFMON CAP_BPF CAP_CHECKPOINT_RESTORE
set -g __hutch_forms text json args
set -g __hutch_filters terminal\t'refuses the ioctls that type into a terminal' default\t'refuses what no ordinary program needs' strict\t'allows what builds and tests need, and nothing else'

# Prints what the option takes, an operand a line; fails if there is no such option.
function __hutch_takes --argument-names option
    set -l takes
    switch "$option"
        case --help --version --dry-run --json --doctor --level-prefix --not-a-security-boundary --unshare-user --unshare-user-try --unshare-pid --unshare-ipc --unshare-uts --unshare-cgroup --unshare-cgroup-try --unshare-net --unshare-all --share-pid --share-ipc --share-uts --share-cgroup --share-net --disable-userns --assert-userns-disabled --keep-id --clearenv --new-session --die-with-parent --as-pid-1 --seccomp-log
            set takes
        case --args --error-fd --status-fd --userns --userns2 --pidns --keep-fd --sync-fd --block-fd --userns-block-fd --info-fd --json-status-fd --seccomp --add-seccomp-fd
            set takes fd
        case --profile
            set takes profile
        case --print-plan
            set takes form
        case --explain --remount-ro --lock-file
            set takes inside
        case --hostname
            set takes host
        case --uid
            set takes uid
        case --gid
            set takes gid
        case --bind --ro-bind --dev-bind --bind-try --ro-bind-try --dev-bind-try
            set takes file inside
        case --bind-fd --ro-bind-fd --file --bind-data --ro-bind-data
            set takes fd inside
        case --overlay-src
            set takes directory
        case --overlay
            set takes directory directory inside-directory
        case --tmp-overlay --ro-overlay --tmpfs --proc --dev --mqueue --dir --chdir
            set takes inside-directory
        case --bind-create
            set takes directory inside-directory
        case --show-try
            set takes file
        case --symlink
            set takes inside inside
        case --chmod
            set takes mode inside
        case --perms --umask
            set takes mode
        case --size
            set takes size
        case --setenv
            set takes variable inside
        case --unsetenv --keepenv
            set takes variable
        case --argv0
            set takes program
        case --dbus-session --dbus-session-try --dbus-system --dbus-system-try
            set takes bus-rule
        case --cap-add --cap-drop
            set takes capability
        case --seccomp-filter
            set takes filter
        case --exec-label --file-label
            set takes nothing
        case '*'
            return 1
    end
    string join -- \n $takes
    return 0
end

complete -c hutch -n '__hutch_lacks --help' -l help -d 'print this help'
complete -c hutch -n '__hutch_lacks --version' -l version -d 'print version'
complete -c hutch -n '__hutch_reads_option' -l args -x -a '(__hutch_offer fd)' -d 'read more options from descriptor FD'
complete -c hutch -n '__hutch_reads_option' -l profile -x -a '(__hutch_offer profile)' -d 'read more options from a file'
complete -c hutch -n '__hutch_lacks --error-fd' -l error-fd -x -a '(__hutch_offer fd)' -d 'write a failure of hutch\'s own to FD as JSON'
complete -c hutch -n '__hutch_lacks --status-fd' -l status-fd -x -a '(__hutch_offer fd)' -d 'write the start and the end to FD as JSON'
complete -c hutch -n '__hutch_lacks --dry-run' -l dry-run -d 'check everything but start nothing, and print the plan'
complete -c hutch -n '__hutch_lacks --print-plan' -l print-plan -x -a '(__hutch_offer form)' -d 'print the plan as text, json or args, and start nothing'
complete -c hutch -n '__hutch_reads_option' -l explain -r -F -a '(__hutch_offer inside)' -d 'print what PATH is inside; start nothing'
complete -c hutch -n '__hutch_lacks --json' -l json -d 'print --explain, --dry-run or --doctor as JSON'
complete -c hutch -n '__hutch_lacks --doctor' -l doctor -d 'try what this system allows, and say what is missing'
complete -c hutch -n '__hutch_lacks --level-prefix' -l level-prefix -d 'begin messages with their level, as <3>'
complete -c hutch -n '__hutch_lacks --not-a-security-boundary' -l not-a-security-boundary -d 'accepted, without an effect'
complete -c hutch -n '__hutch_lacks --unshare-user' -l unshare-user -d 'new user namespace'
complete -c hutch -n '__hutch_lacks --unshare-user-try' -l unshare-user-try -d 'new user namespace if the kernel has them'
complete -c hutch -n '__hutch_lacks --unshare-pid' -l unshare-pid -d 'new process namespace'
complete -c hutch -n '__hutch_lacks --unshare-ipc' -l unshare-ipc -d 'new IPC namespace'
complete -c hutch -n '__hutch_lacks --unshare-uts' -l unshare-uts -d 'new host name namespace'
complete -c hutch -n '__hutch_lacks --unshare-cgroup' -l unshare-cgroup -d 'new control group namespace'
complete -c hutch -n '__hutch_lacks --unshare-cgroup-try' -l unshare-cgroup-try -d 'the same if the kernel has them'
complete -c hutch -n '__hutch_lacks --unshare-net' -l unshare-net -d 'new network namespace with nothing but loopback'
complete -c hutch -n '__hutch_lacks --unshare-all' -l unshare-all -d 'all of the above'
complete -c hutch -n '__hutch_lacks --share-pid' -l share-pid -d 'see and signal the caller\'s processes'
complete -c hutch -n '__hutch_lacks --share-ipc' -l share-ipc -d 'keep the caller\'s IPC namespace'
complete -c hutch -n '__hutch_lacks --share-uts' -l share-uts -d 'keep the caller\'s host name namespace'
complete -c hutch -n '__hutch_lacks --share-cgroup' -l share-cgroup -d 'keep the caller\'s control group namespace'
complete -c hutch -n '__hutch_lacks --share-net' -l share-net -d 'keep the caller\'s network'
complete -c hutch -n '__hutch_lacks --userns' -l userns -x -a '(__hutch_offer fd)' -d 'join the user namespace FD instead of a new one'
complete -c hutch -n '__hutch_lacks --userns2' -l userns2 -x -a '(__hutch_offer fd)' -d 'then, when all is set up, join the user namespace FD'
complete -c hutch -n '__hutch_lacks --pidns' -l pidns -x -a '(__hutch_offer fd)' -d 'join the process namespace FD'
complete -c hutch -n '__hutch_lacks --disable-userns' -l disable-userns -d 'let nobody inside make a user namespace'
complete -c hutch -n '__hutch_lacks --assert-userns-disabled' -l assert-userns-disabled -d 'fail if a user namespace can be made inside'
complete -c hutch -n '__hutch_lacks --hostname' -l hostname -x -a '(__hutch_offer host)' -d 'host name inside'
complete -c hutch -n '__hutch_lacks --uid' -l uid -x -a '(__hutch_offer uid)' -d 'user id inside'
complete -c hutch -n '__hutch_lacks --gid' -l gid -x -a '(__hutch_offer gid)' -d 'group id inside'
complete -c hutch -n '__hutch_lacks --keep-id' -l keep-id -d 'the caller\'s user and group id inside'
complete -c hutch -n '__hutch_reads_option' -l bind -d 'show the host\'s SRC at DEST, writable'
complete -c hutch -n '__hutch_reads_option' -l ro-bind -d 'show the host\'s SRC at DEST, read-only'
complete -c hutch -n '__hutch_reads_option' -l dev-bind -d 'as --bind, and device nodes work'
complete -c hutch -n '__hutch_reads_option' -l bind-try -d 'as --bind, but skipped if SRC does not exist'
complete -c hutch -n '__hutch_reads_option' -l ro-bind-try -d 'as --ro-bind, but skipped if SRC does not exist'
complete -c hutch -n '__hutch_reads_option' -l dev-bind-try -d 'as --dev-bind, but skipped if SRC does not exist'
complete -c hutch -n '__hutch_reads_option' -l bind-fd -d 'show what descriptor FD refers to at DEST, writable'
complete -c hutch -n '__hutch_reads_option' -l ro-bind-fd -d 'show what descriptor FD refers to at DEST, read-only'
complete -c hutch -n '__hutch_reads_option' -l overlay-src -x -a '(__hutch_offer directory)' -d 'a layer of the overlay that follows'
complete -c hutch -n '__hutch_reads_option' -l overlay -d 'show the layers and RWSRC on top at DEST'
complete -c hutch -n '__hutch_reads_option' -l tmp-overlay -x -a '(__hutch_offer inside-directory)' -d 'show the layers at DEST, changes are kept in memory'
complete -c hutch -n '__hutch_reads_option' -l ro-overlay -x -a '(__hutch_offer inside-directory)' -d 'show the layers at DEST, read-only'
complete -c hutch -n '__hutch_reads_option' -l bind-create -d 'as --bind, but SRC is made a directory if it is missing'
complete -c hutch -n '__hutch_reads_option' -l show-try -r -F -d 'show the host\'s PATH in its place, if it exists, read-only'
complete -c hutch -n '__hutch_reads_option' -l tmpfs -x -a '(__hutch_offer inside-directory)' -d 'new empty file system in memory at DEST'
complete -c hutch -n '__hutch_reads_option' -l proc -x -a '(__hutch_offer inside-directory)' -d 'new proc file system at DEST'
complete -c hutch -n '__hutch_reads_option' -l dev -x -a '(__hutch_offer inside-directory)' -d 'new small /dev at DEST'
complete -c hutch -n '__hutch_reads_option' -l mqueue -x -a '(__hutch_offer inside-directory)' -d 'new POSIX message queue file system at DEST'
complete -c hutch -n '__hutch_reads_option' -l dir -x -a '(__hutch_offer inside-directory)' -d 'make a directory at DEST'
complete -c hutch -n '__hutch_reads_option' -l file -d 'make a file with the data of FD at DEST'
complete -c hutch -n '__hutch_reads_option' -l bind-data -d 'show a new file with the data of FD at DEST'
complete -c hutch -n '__hutch_reads_option' -l ro-bind-data -d 'as --bind-data, read-only'
complete -c hutch -n '__hutch_reads_option' -l symlink -d 'make a symbolic link to TARGET at DEST'
complete -c hutch -n '__hutch_reads_option' -l remount-ro -r -F -a '(__hutch_offer inside)' -d 'make the mount at DEST read-only, that one alone'
complete -c hutch -n '__hutch_reads_option' -l chmod -d 'change the permissions of PATH inside'
complete -c hutch -n '__hutch_reads_option' -l perms -x -a '(__hutch_offer mode)' -d 'permissions of what the next option makes'
complete -c hutch -n '__hutch_reads_option' -l size -x -a '(__hutch_offer size)' -d 'size of the next --tmpfs'
complete -c hutch -n '__hutch_lacks --chdir' -l chdir -x -a '(__hutch_offer inside-directory)' -d 'working directory inside'
complete -c hutch -n '__hutch_reads_option' -l umask -x -a '(__hutch_offer mode)' -d 'permissions that what the command makes does not get'
complete -c hutch -n '__hutch_reads_option' -l setenv -d 'set an environment variable'
complete -c hutch -n '__hutch_reads_option' -l unsetenv -x -a '(__hutch_offer variable)' -d 'unset an environment variable'
complete -c hutch -n '__hutch_reads_option' -l clearenv -d 'unset all variables so far, but PWD'
complete -c hutch -n '__hutch_reads_option' -l keepenv -x -a '(__hutch_offer variable)' -d 'let an environment variable be as the caller has it'
complete -c hutch -n '__hutch_lacks --argv0' -l argv0 -x -a '(__hutch_offer program)' -d 'what the command sees as its own name'
complete -c hutch -n '__hutch_reads_option' -l keep-fd -x -a '(__hutch_offer fd)' -d 'let the command inherit descriptor FD'
complete -c hutch -n '__hutch_lacks --new-session' -l new-session -d 'start a new terminal session'
complete -c hutch -n '__hutch_lacks --die-with-parent' -l die-with-parent -d 'end the sandbox when the calling process ends'
complete -c hutch -n '__hutch_lacks --as-pid-1' -l as-pid-1 -d 'no reaper: the command itself is process 1'
complete -c hutch -n '__hutch_reads_option' -l lock-file -r -F -a '(__hutch_offer inside)' -d 'hold a read lock on DEST inside while the sandbox lives'
complete -c hutch -n '__hutch_reads_option' -l dbus-session -x -a '(__hutch_offer bus-rule)' -d 'reach the session bus, filtered by RULE'
complete -c hutch -n '__hutch_reads_option' -l dbus-session-try -x -a '(__hutch_offer bus-rule)' -d 'the same, but skipped if there is no session bus'
complete -c hutch -n '__hutch_reads_option' -l dbus-system -x -a '(__hutch_offer bus-rule)' -d 'reach the system bus, filtered by RULE'
complete -c hutch -n '__hutch_reads_option' -l dbus-system-try -x -a '(__hutch_offer bus-rule)' -d 'the same, but skipped if there is no system bus'
complete -c hutch -n '__hutch_lacks --sync-fd' -l sync-fd -x -a '(__hutch_offer fd)' -d 'keep FD open while the sandbox lives'
complete -c hutch -n '__hutch_lacks --block-fd' -l block-fd -x -a '(__hutch_offer fd)' -d 'wait for a byte on FD before the command starts'
complete -c hutch -n '__hutch_lacks --userns-block-fd' -l userns-block-fd -x -a '(__hutch_offer fd)' -d 'wait on FD until the caller has written the id maps'
complete -c hutch -n '__hutch_lacks --info-fd' -l info-fd -x -a '(__hutch_offer fd)' -d 'write the first process\'s id and its namespaces to FD'
complete -c hutch -n '__hutch_lacks --json-status-fd' -l json-status-fd -x -a '(__hutch_offer fd)' -d 'write the same to FD, and at the end the exit status'
complete -c hutch -n '__hutch_reads_option' -l cap-add -x -a '(__hutch_offer capability)' -d 'keep capability CAP, or ALL of them'
complete -c hutch -n '__hutch_reads_option' -l cap-drop -x -a '(__hutch_offer capability)' -d 'do not keep CAP, or any of them'
complete -c hutch -n '__hutch_lacks --seccomp' -l seccomp -x -a '(__hutch_offer fd)' -d 'load the compiled seccomp filter in FD'
complete -c hutch -n '__hutch_reads_option' -l add-seccomp-fd -x -a '(__hutch_offer fd)' -d 'the same; may be given more than once, loaded in order'
complete -c hutch -n '__hutch_reads_option' -l seccomp-filter -x -a '(__hutch_offer filter)' -d 'load the built-in filter NAME: terminal, default or strict'
complete -c hutch -n '__hutch_lacks --seccomp-log' -l seccomp-log -d 'log what --seccomp-filter would refuse, and let it pass'
complete -c hutch -n '__hutch_lacks --exec-label' -l exec-label -x -a '(__hutch_offer nothing)' -d 'SELinux context of the command'
complete -c hutch -n '__hutch_lacks --file-label' -l file-label -x -a '(__hutch_offer nothing)' -d 'SELinux context of what is made in memory'
