# fish completion for hutch under the name bwrap; its options are the same.

string replace -- 'complete -c hutch ' 'complete -c bwrap ' <(status dirname)/hutch.fish | source
