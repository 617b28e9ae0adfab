#compdef rvhctl
# Completions of rvhctl for zsh: from a folder of the fpath as _rvhctl, or by eval.

_rvhctl() {
    local -a answer shown suffix
    local line value meaning
    answer=("${(@f)$(_RVHCTL_COMPLETE=zsh ${~words[1]} $((CURRENT - 2)) \
        "${(@Q)words[2,CURRENT-1]}" "${(Q)PREFIX}" "${(@Q)words[CURRENT+1,-1]}" 2>/dev/null)}")
    [[ $PREFIX == --*=* ]] && compset -P '--*='
    if [[ $answer[1] == files ]]; then
        _files
        return
    fi
    if [[ $answer[1] == list ]]; then
        compset -P '*,'
        [[ -z $compstate[quote] ]] && suffix=(-S ' ' -r ',')
    fi
    for line in "${(@)answer[2,-1]}"; do
        value=${${line%%$'\t'*}#${(Q)IPREFIX}}
        meaning=${line#*$'\t'}
        value=${value//\\/\\\\}
        shown+=("${value//:/\\:}${meaning:+:$meaning}")
    done
    _describe -V rvhctl shown $suffix
}

if [[ $funcstack[1] == _rvhctl ]]; then
    _rvhctl "$@"
else
    compdef _rvhctl rvhctl
fi
