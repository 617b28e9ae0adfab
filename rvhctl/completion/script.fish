# Completions of rvhctl for fish.

function __rvhctl_complete
    # While it completes, fish shows the line as far as the cursor, and no further.
    set -l before (commandline -opc)
    set -l current (commandline -ct)
    set -l program (string replace -r '^~' $HOME -- $before[1])
    set -l word (string unescape -- $current; or string replace -r '^["\']' '' -- $current)
    set -l answer (_RVHCTL_COMPLETE=fish $program (math (count $before) - 1) $before[2..] "$word" 2>/dev/null)
    if test "$answer[1]" = files
        set -l option (string match -r '^--[^=]*=' -- $current)
        for path in (__fish_complete_path (string replace -- "$option" '' $current))
            echo "$option$path"
        end
    else
        printf '%s\n' $answer[2..]
    end
end

complete -c rvhctl -f -a '(__rvhctl_complete)'
