"""The scripts that connect shells with :mod:`.completing`."""

from __future__ import annotations

import re

_BASH = """\
# Completion of %(name)s for bash 4.4 or newer.
%(function)s() {
    local IFS=$'\\n' answer
    answer=$(_ORDERQUERY_COMPLETING=bash %(name)s "${COMP_LINE:0:COMP_POINT}" 2>/dev/null) || return
    mapfile -t COMPREPLY <<< "$answer"
    if [[ ${COMPREPLY[0]} == open ]]; then compopt -o nospace; fi
    COMPREPLY=("${COMPREPLY[@]:1}")
}
complete -o nosort -o bashdefault -o default -F %(function)s %(name)s
"""

_ZSH = """\
#compdef %(name)s
# Completion of %(name)s for zsh.
%(function)s() {
    # Inside quotes, $LBUFFER does not have the opening one.
    local -a answer
    local line="${(j: :)words[1,CURRENT-1]} $QIPREFIX$IPREFIX$PREFIX"
    answer=("${(@f)$(_ORDERQUERY_COMPLETING=zsh %(name)s "$line" 2>/dev/null)}")
    if (( $#answer < 2 )); then
        _files
    elif [[ $answer[1] == open ]]; then
        compadd -U -Q -S '' -V %(name)s -- "${(@)answer[2,-1]}"
    else
        compadd -U -Q -V %(name)s -- "${(@)answer[2,-1]}"
    fi
}
if [[ $zsh_eval_context[-1] == loadautofunc ]]; then
    %(function)s "$@"
else
    compdef %(function)s %(name)s
fi
"""

_FISH = """\
# Completion of %(name)s for fish.
function %(function)s
    set -l answer (_ORDERQUERY_COMPLETING=fish %(name)s (commandline -cp) 2>/dev/null)
    if test (count $answer) -lt 2
        __fish_complete_path (commandline -ct)
    else
        printf '%%s\\n' $answer[2..-1]
    end
end
complete --command %(name)s --no-files --arguments '(%(function)s)'
"""

_SCRIPTS = {"bash": _BASH, "zsh": _ZSH, "fish": _FISH}


def script(shell: str, name: str) -> str:
    """Return the script for a shell that completes the program of this name."""
    function = "_" + re.sub(r"\W+", "_", name, flags=re.ASCII)
    return _SCRIPTS[shell] % {"name": name, "function": function}
