import { quote, valueLookups } from './case-lookups.js';
import type { CommandEntry } from './completion-table.js';

/** For zsh 5, to be sourced or put as `_proctor` into a folder of `fpath`. */
export function zshScript(table: readonly CommandEntry[]): string {
  return `#compdef proctor
# Completion of proctor for zsh. To use it now: source <(proctor completion zsh)

# Each sets _proctor_reply, the lists as name:description.
_proctor_commands() {
  case "$1" in
${table
  .map(({ path, commands }) =>
    listArm(
      path,
      commands.map(({ name, description }) => [name, description]),
    ),
  )
  .join('')}    *) _proctor_reply=() ;;
  esac
}
_proctor_options() {
  case "$1" in
${table
  .map(({ path, options }) =>
    listArm(
      path,
      options.flatMap(({ names, description }) => names.map((name) => [name, description])),
    ),
  )
  .join('')}    *) _proctor_reply=() ;;
  esac
}
${valueLookups(table)}${FUNCTIONS}`;
}

function listArm(path: string, entries: ReadonlyArray<readonly string[]>): string {
  const words = entries.map(([name = '', description = '']) =>
    quote(`${name.replace(/:/g, '\\:')}:${description}`),
  );
  return `    ${quote(path)}) _proctor_reply=(${words.join(' ')}) ;;\n`;
}

const FUNCTIONS = `_proctor_offer() {
  local -a found
  case "$1" in
    proc)
      if (( ! \${+_proctor_asked_at} || SECONDS - _proctor_asked_at > 60 )); then
        typeset -ga _proctor_known
        typeset -g _proctor_asked_at=$SECONDS
        _proctor_known=(\${(f)"$(CONNECTION_TIMEOUT_SECS=2 \${words[1]} list --names 2>/dev/null)"})
      fi
      compadd -a _proctor_known ;;
    '='*) found=(\${(s: :)1#=}); compadd -a found ;;
    path) _files ;;
  esac
}
_proctor() {
  local at='' pending='' raw='' word option
  local -a _proctor_reply
  integer count=0 i
  for ((i = 2; i < CURRENT; i++)); do
    word=\${words[i]}
    if [[ -n $pending ]]; then pending=''; continue; fi
    if [[ -z $raw && $word == -- ]]; then raw=1; continue; fi
    if [[ -z $raw && $word == -* ]]; then
      _proctor_value "$at" "$word"; pending="$_proctor_reply"; continue
    fi
    _proctor_commands "$at"
    if ((count == 0)) && [[ -z $raw && -n \${(M)_proctor_reply:#\${word}:*} ]]; then
      at="\${at:+$at }$word"
    else
      ((count += 1))
    fi
  done
  if [[ -n $pending ]]; then _proctor_offer "$pending"; return; fi
  if [[ -z $raw && $PREFIX == --*=* ]]; then
    option=\${PREFIX%%=*}
    compset -P 1 '*='
    _proctor_value "$at" "$option"; _proctor_offer "$_proctor_reply"; return
  fi
  if [[ -z $raw && $PREFIX == -* ]]; then
    _proctor_options "$at"; _describe -o option _proctor_reply; return
  fi
  if ((count == 0)); then
    _proctor_commands "$at"
    (( \${#_proctor_reply} )) && _describe -t commands command _proctor_reply
  fi
  _proctor_positional "$at" "$count"; _proctor_offer "$_proctor_reply"
}
if [[ \${funcstack[1]} == _proctor ]]; then _proctor "$@"; else compdef _proctor proctor; fi
`;
