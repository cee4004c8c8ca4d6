# fish completion for hutch-wrap.

function __hutch_wrap_applications
    if contains -- --remove (commandline -opc)
        hutch-wrap --list 2>/dev/null | string replace -r '\t.*' ''
        return
    end
    set -l places /usr/local/share /usr/share
    if set -q XDG_DATA_DIRS
        set places (string split : -- $XDG_DATA_DIRS)
    end
    for place in $places
        for file in $place/applications/*.desktop
            string replace -r '.*/(.*)\.desktop$' '$1' -- $file
        end
    end
end

function __hutch_wrap_profiles
    set -l config ~/.config
    if set -q XDG_CONFIG_HOME
        set config $XDG_CONFIG_HOME
    end
    for place in $config '@sysconfdir@' '@datadir@'
        for file in $place/hutch/profiles/*
            test -f $file; and string replace -r '.*/' '' -- $file
        end
    end
end

complete -c hutch-wrap -f -n 'not contains -- -- (commandline -opc)' -a '(__hutch_wrap_applications)'
complete -c hutch-wrap -F -n 'not contains -- -- (commandline -opc); and string match -q "*/*" -- (commandline -ct)'
complete -c hutch-wrap -l profile -s p -r -F -a '(__hutch_wrap_profiles)' -d 'The profile of hutch, by name or path'
complete -c hutch-wrap -l files -s f -x -a 'ro rw none' -d 'Show files that are opened read-only, writable, or not'
complete -c hutch-wrap -l force -d 'Keep an entry of the user\'s own elsewhere, and replace it'
complete -c hutch-wrap -l print -d 'Print the entry and write nothing'
complete -c hutch-wrap -l remove -d 'Remove what was written for APP'
complete -c hutch-wrap -l list -d 'List what is wrapped'
complete -c hutch-wrap -l json -d 'The same as JSON'
complete -c hutch-wrap -l version -d 'Print the version'
complete -c hutch-wrap -s h -l help -d 'Print the options'
