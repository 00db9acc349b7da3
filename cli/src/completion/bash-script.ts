import { caseArm, quote, valueLookups } from './case-lookups.js';
import type { CommandEntry } from './completion-table.js';

/** For bash 3.2 and later. */
export function bashScript(table: readonly CommandEntry[]): string {
  return `# Completion of proctor for bash. To use it now: source <(proctor completion bash)

# Each sets _proctor_reply.
_proctor_commands() {
  case "$1" in
${table.map(({ path, commands }) => caseArm(quote(path), commands.map(({ name }) => name).join(' '))).join('')}    *) _proctor_reply='' ;;
  esac
}
_proctor_options() {
  case "$1" in
${table.map(({ path, options }) => caseArm(quote(path), options.flatMap(({ names }) => names).join(' '))).join('')}    *) _proctor_reply='' ;;
  esac
}
${valueLookups(table)}${FUNCTIONS}`;
}

const FUNCTIONS = `_proctor_procs() {
  if [[ -z $_proctor_asked_at ]] || ((SECONDS - _proctor_asked_at > 60)); then
    _proctor_known=$(CONNECTION_TIMEOUT_SECS=2 "\${COMP_WORDS[0]}" list --names 2>/dev/null)
    _proctor_asked_at=$SECONDS
  fi
}
# Adds to COMPREPLY what fits: kind, what is typed.
_proctor_offer() {
  local word words=''
  case "$1" in
    proc) _proctor_procs; words=$_proctor_known ;;
    '='*) words=\${1#=} ;;
    path)
      compopt -o filenames 2>/dev/null
      while IFS= read -r word; do COMPREPLY+=("$word"); done < <(compgen -f -- "$2")
      return ;;
    *) return ;;
  esac
  while IFS= read -r word; do COMPREPLY+=("$word"); done < <(compgen -W "$words" -- "$2")
}
_proctor() {
  local cur=\${COMP_WORDS[COMP_CWORD]} at='' count=0 pending='' raw='' word i
  COMPREPLY=()
  for ((i = 1; i < COMP_CWORD; i++)); do
    word=\${COMP_WORDS[i]}
    # bash takes --option=value apart.
    [[ $word == '=' ]] && continue
    if [[ -n $pending ]]; then pending=''; continue; fi
    if [[ -z $raw && $word == -- ]]; then raw=1; continue; fi
    if [[ -z $raw && $word == -* ]]; then
      _proctor_value "$at" "$word"; pending=$_proctor_reply; continue
    fi
    _proctor_commands "$at"
    if ((count == 0)) && [[ -z $raw && " $_proctor_reply " == *" $word "* ]]; then
      at=\${at:+$at }$word
    else
      count=$((count + 1))
    fi
  done
  [[ $cur == '=' ]] && cur=''
  if [[ -n $pending ]]; then _proctor_offer "$pending" "$cur"; return; fi
  if [[ -z $raw && $cur == -* ]]; then _proctor_options "$at"; _proctor_offer "=$_proctor_reply" "$cur"; return; fi
  if ((count == 0)); then _proctor_commands "$at"; _proctor_offer "=$_proctor_reply" "$cur"; fi
  _proctor_positional "$at" "$count"; _proctor_offer "$_proctor_reply" "$cur"
}
complete -F _proctor proctor
`;
