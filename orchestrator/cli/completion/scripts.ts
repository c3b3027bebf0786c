/**
 * For each shell a function that asks `pmemrig complete` at TAB. The first line of the answer names the files to add and
 * the word as typed.
 *
 * Not from a library, of which two were tried in 2026-12. In bash the scripts of `@bomb.sh/tab` evaluate what is typed, so
 * that a TAB runs its `$(…)` and its `>`; they want the package bash-completion, and never offer files. `@pnpm/tabtab`
 * splits a line at its spaces, and loads a dialogue for installing. Here what is typed is passed on as text.
 */
export const SCRIPTS = {
  // Bash takes = and : as the ends of words, and wants only what follows the last one: $2 is that part.
  bash: `# pmemrig: completion for bash
_pmemrig() {
  local IFS=$'\\n' lines files word
  mapfile -t lines < <(command pmemrig complete -- "\${COMP_LINE:0:COMP_POINT}" 2>/dev/null)
  (( \${#lines[@]} )) || return 0
  files=\${lines[0]%%$'\\t'*} word=\${lines[0]#*$'\\t'}
  COMPREPLY=("\${lines[@]:1}")
  COMPREPLY=("\${COMPREPLY[@]%%$'\\t'*}")
  COMPREPLY=("\${COMPREPLY[@]#"\${word%"$2"}"}")
  case $files in
    \\**) mapfile -t -O "\${#COMPREPLY[@]}" COMPREPLY < <(compgen -f -X "!$files" -- "$2"; compgen -d -- "$2") ;;
    folders) mapfile -t -O "\${#COMPREPLY[@]}" COMPREPLY < <(compgen -d -- "$2") ;;
    *) return ;;
  esac
  compopt -o filenames 2>/dev/null
}
complete -F _pmemrig pmemrig
`,
  zsh: `#compdef pmemrig
_pmemrig() {
  local -a lines items
  local files ret=1
  lines=("\${(@f)$(command pmemrig complete -- "\${(j: :)words[1,CURRENT-1]} $PREFIX" 2>/dev/null)}")
  files=\${lines[1]%%$'\\t'*}
  items=(\${\${lines[2,-1]//:/\\\\:}/$'\\t'/:})
  (( $#items )) && _describe -V pmemrig items && ret=0
  [[ $files == none ]] || compset -P '--*='
  case $files in
    \\**) _files -g "$files" && ret=0 ;;
    folders) _files -/ && ret=0 ;;
  esac
  return ret
}
if [[ $zsh_eval_context == *func ]]; then
  _pmemrig "$@"
elif (( $+functions[compdef] )); then
  compdef _pmemrig pmemrig
fi
`,
  fish: `# pmemrig: completion for fish
function __pmemrig_complete
    set -l lines (command pmemrig complete -- (commandline -cp | string collect) 2>/dev/null)
    test (count $lines) -gt 1; and printf '%s\\n' $lines[2..-1]
    set -l files (string split \\t -- "$lines[1]")[1]
    switch "$files"
        case '\\**'
            for path in (__fish_complete_path (commandline -ct))
                set -l name (string split \\t -- $path)[1]
                string match -q -- "$files" $name; or string match -q '*/' $name; and echo $path
            end
        case folders
            __fish_complete_directories (commandline -ct) ''
    end
end
complete -c pmemrig -f -k -a '(__pmemrig_complete)'
`,
} as const;
