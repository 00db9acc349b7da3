/**
 * Whether the top-level name of a YAML file only holds what the file refers to with `*anchor` or `<<`: it starts with
 * `x-` or a dot, which no arg or field does.
 */
export function isAnchorHolder(name: string): boolean {
  return /^(x-|\.)/.test(name);
}
