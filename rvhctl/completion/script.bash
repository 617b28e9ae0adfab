# Completions of rvhctl for bash.

_rvhctl() {
    local typed=${COMP_LINE:0:COMP_POINT} rest=${COMP_LINE:COMP_POINT} line kind=
    local word=${typed##*[[:space:]]} breaks=${COMP_WORDBREAKS//[^:=]/}
    COMPREPLY=()
    while IFS= read -r line; do
        if [[ -z $kind ]]; then kind=$line; else COMPREPLY+=("${line%%$'\t'*}"); fi
    done < <(_RVHCTL_COMPLETE=bash "${1/#\~/$HOME}" "$typed" "$rest" 2>/dev/null)
    # bash replaces what follows the last of these.
    if [[ -n $breaks && $word == *["$breaks"]* ]]; then
        COMPREPLY=("${COMPREPLY[@]#"${word%"${word##*["$breaks"]}"}"}")
    fi
    case $kind in
        files) compopt -o default 2>/dev/null || COMPREPLY=($(compgen -f -- "${word##*=}")) ;;
        list) compopt -o nospace 2>/dev/null ;;
    esac
}

complete -F _rvhctl rvhctl
