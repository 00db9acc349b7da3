/**
 * Expands `$(NAME)` in values, commands and arguments as Kubernetes does. `$$` is a literal `$`. An unknown name is left
 * unchanged.
 */
export function expandReferences(text: string, known: ReadonlyMap<string, string>): string {
  let expanded = '';
  for (let at = 0; at < text.length; at++) {
    if (text[at] !== '$' || at + 1 >= text.length) {
      expanded += text[at];
    } else if (text[at + 1] === '$') {
      expanded += '$';
      at += 1;
    } else if (text[at + 1] === '(' && text.includes(')', at + 2)) {
      const end = text.indexOf(')', at + 2);
      const name = text.slice(at + 2, end);
      expanded += known.get(name) ?? `$(${name})`;
      at = end;
    } else {
      expanded += '$';
    }
  }
  return expanded;
}
