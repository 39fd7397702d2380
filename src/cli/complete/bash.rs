//! Completion in bash. It splits words at `:` and `=` (`COMP_WORDBREAKS`), which are within words of queries
//! (`owner:liu`) and options (`--by=owner`): the script joins them, and gives back only the part behind the last break.

use clap_complete::env::{Bash as Plain, EnvCompleter};
use std::ffi::OsString;
use std::io;
use std::path::Path;

/// The script. `words`: those of the line, joined where no blank is between them; `cut`: the part of the current word
/// before the piece that bash replaces.
const SCRIPT: &str = r#"_crm_complete() {
    local line="${COMP_LINE-}" words=() cword=0 cut="" i piece at
    [[ -n $line ]] || line="${COMP_WORDS[*]}"
    for ((i = 0; i <= COMP_CWORD; i++)); do
        piece="${COMP_WORDS[i]}"
        at=${#words[@]}
        if ((i > 0)) && [[ -n $line && $line != [[:blank:]]* ]]; then
            at=$((at - 1))
        fi
        line="${line#"${line%%[![:blank:]]*}"}"
        line="${line#"$piece"}"
        if ((i == COMP_CWORD)); then
            cut="${words[at]-}"
            if [[ -z ${2-} && -n $piece && -z ${piece//[:=]/} ]]; then
                cut+="$piece"
                piece=""
            else
                piece="${2-}"
            fi
            words[at]="$cut$piece"
            cword=$at
        else
            words[at]="${words[at]-}$piece"
        fi
    done
    local IFS=$'\013'
    COMPREPLY=( $(_CLAP_IFS="$IFS" _CLAP_COMPLETE_INDEX="$cword" VAR="bash" "COMPLETER" -- "${words[@]}" 2>/dev/null) )
    if [[ $? != 0 ]]; then
        unset COMPREPLY
        return
    fi
    if [[ -n $cut ]]; then
        for i in "${!COMPREPLY[@]}"; do
            COMPREPLY[i]="${COMPREPLY[i]#"$cut"}"
        done
    fi
    if ((${#COMPREPLY[@]} == 1)) && [[ ${COMPREPLY[0]} == *[=/:] ]]; then
        compopt -o nospace 2>/dev/null
    fi
}
if ((BASH_VERSINFO[0] > 4 || (BASH_VERSINFO[0] == 4 && BASH_VERSINFO[1] >= 4))); then
    complete -o bashdefault -o nosort -F _crm_complete BIN
else
    complete -o bashdefault -F _crm_complete BIN
fi
"#;

/// Completion in bash.
pub struct Bash;

impl EnvCompleter for Bash {
    fn name(&self) -> &'static str {
        Plain.name()
    }

    fn is(&self, name: &str) -> bool {
        Plain.is(name)
    }

    fn write_registration(
        &self,
        variable: &str,
        _: &str,
        bin: &str,
        completer: &str,
        out: &mut dyn io::Write,
    ) -> io::Result<()> {
        let completer = completer.replace(['"', '$', '`', '\\'], "");
        let script =
            SCRIPT.replace("VAR=", &format!("{variable}=")).replace(" BIN", &format!(" {bin}"));
        out.write_all(script.replace("COMPLETER", &completer).as_bytes())
    }

    fn write_complete(
        &self,
        command: &mut clap::Command,
        words: Vec<OsString>,
        here: Option<&Path>,
        out: &mut dyn io::Write,
    ) -> io::Result<()> {
        Plain.write_complete(command, words, here, out)
    }
}
