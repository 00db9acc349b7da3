const BEGIN = '<!-- generated:begin -->';
const END = '<!-- generated:end -->';

/** @returns the page with `content` between its markers. Throws if it has none. Pure. */
export function putGenerated(page: string, content: string): string {
  const [from, to] = [page.indexOf(BEGIN), page.indexOf(END)];
  if (from < 0 || to < from) throw new Error(`The page needs the lines ${BEGIN} and ${END}.`);
  return `${page.slice(0, from + BEGIN.length)}\n\n${content}\n\n${page.slice(to)}`;
}
