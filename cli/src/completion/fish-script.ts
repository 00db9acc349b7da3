import type { CommandEntry } from './completion-table.js';

/** For fish 3. */
export function fishScript(table: readonly CommandEntry[]): string {
  return `# Completion of proctor for fish. To use it now: proctor completion fish | source

# Each prints a line for each: name, tab, description.
function __proctor_commands
    switch "$argv[1]"
${table
  .map(({ path, commands }) =>
    listArm(
      path,
      commands.map(({ name, description }) => [name, description]),
    ),
  )
  .join('')}    end
end
function __proctor_options
    switch "$argv[1]"
${table
  .map(({ path, options }) =>
    listArm(
      path,
      options.flatMap(({ names, description }) => names.map((name) => [name, description])),
    ),
  )
  .join('')}    end
end
# What an option takes: nothing, proc, path, none (anything) or = and words.
function __proctor_value
    switch "$argv[1]|$argv[2]"
${table.flatMap(valueArms).join('')}    end
end
function __proctor_positional
    switch "$argv[1]|$argv[2]"
${table.flatMap(positionalArms).join('')}    end
end
${FUNCTIONS}`;
}

function listArm(path: string, entries: ReadonlyArray<readonly string[]>): string {
  if (entries.length === 0) return '';
  const lines = entries.map((entry) => quote(entry.join('\t')));
  return `        case ${quote(path)}\n            printf '%s\\n' ${lines.join(' ')}\n`;
}

function valueArms({ path, options }: CommandEntry): string[] {
  return options.flatMap(({ names, value }) =>
    value === null ? [] : [arm(names.map((name) => quote(`${path}|${name}`)).join(' '), value)],
  );
}

function positionalArms({ path, positionals }: CommandEntry): string[] {
  return positionals.map(({ many, value }, index) => arm(quote(`${path}|${many ? '*' : index}`), value));
}

function arm(patterns: string, reply: string): string {
  return `        case ${patterns}\n            echo ${quote(reply)}\n`;
}

function quote(text: string): string {
  return `'${text.replace(/[\\']/g, '\\$&')}'`;
}

const FUNCTIONS = `function __proctor_offer
    switch "$argv[1]"
        case proc
            set -l now (date +%s)
            if not set -q __proctor_asked_at; or test (math $now - $__proctor_asked_at) -gt 60
                set -g __proctor_asked_at $now
                set -l tokens (commandline -opc)
                set -g __proctor_known (CONNECTION_TIMEOUT_SECS=2 $tokens[1] list --names 2>/dev/null)
            end
            printf '%s\\n' $__proctor_known
        case path
            __fish_complete_path "$argv[2]"
        case '=*'
            string split ' ' -- (string sub -s 2 -- $argv[1])
    end
end
function __proctor_complete
    set -l tokens (commandline -opc)
    set -l typed (commandline -ct)
    set -l at ''
    set -l count 0
    set -l pending ''
    set -l raw ''
    for word in $tokens[2..-1]
        if test -n "$pending"
            set pending ''
        else if test -z "$raw"; and test "$word" = --
            set raw 1
        else if test -z "$raw"; and string match -q -- '-*' $word
            set pending (__proctor_value "$at" "$word")
        else if test -z "$raw"; and test $count -eq 0; and __proctor_commands "$at" | string match -q -- "$word"\\t'*'
            set at (string trim -- "$at $word")
        else
            set count (math $count + 1)
        end
    end
    if test -n "$pending"
        __proctor_offer "$pending" "$typed"
    else if test -z "$raw"; and string match -q -- '--*=*' $typed
        set -l parts (string split -m 1 = -- $typed)
        __proctor_offer (__proctor_value "$at" $parts[1]) "$parts[2]" | string replace -r '^' -- "$parts[1]="
    else if test -z "$raw"; and string match -q -- '-*' $typed
        __proctor_options "$at"
    else
        test $count -eq 0; and __proctor_commands "$at"
        __proctor_offer (__proctor_positional "$at" $count) "$typed"
    end
end
complete -c proctor -f -a '(__proctor_complete)'
`;
