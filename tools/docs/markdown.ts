/** What the checks need of a Markdown page: no more than GitHub's rules for links and anchors. */

export interface Link {
  /** From 1. */
  line: number;
  /** As written: a path, `#anchor`, both, or a URL. */
  target: string;
}

export interface Line {
  /** From 1. */
  number: number;
  text: string;
  isCode: boolean;
}

/** The lines of a page, and whether each is part of a fenced code block (fences included). */
export function linesOf(page: string): Line[] {
  let fence: string | null = null;
  return page.split('\n').map((text, index) => {
    const mark = /^\s*(```+|~~~+)/.exec(text)?.[1];
    const isCode = fence !== null || mark !== undefined;
    if (mark !== undefined) {
      if (fence === null) fence = mark;
      else if (mark.startsWith(fence)) fence = null;
    }
    return { number: index + 1, text, isCode };
  });
}

/** Links and images outside of code, in Markdown and in HTML. */
export function linksOf(page: string): Link[] {
  return linesOf(page)
    .filter(({ isCode }) => !isCode)
    .flatMap(({ number, text }) => {
      const prose = text.replace(/(`+)(?!`).*?[^`]\1(?!`)/g, (span) => 'x'.repeat(span.length));
      const markdown = [...prose.matchAll(/\]\(\s*<?([^)\s>]+)>?(?:\s+"[^"]*")?\s*\)/g)];
      const html = [...prose.matchAll(/\b(?:src|href|srcset)="([^"]+)"/g)];
      return [...markdown, ...html].map((match) => ({ line: number, target: match[1] ?? '' }));
    });
}

/** The anchors that GitHub gives to the headings of a page, and those that it sets itself. */
export function anchorsOf(page: string): Set<string> {
  const anchors = new Set<string>();
  const counts = new Map<string, number>();
  for (const { text, isCode } of linesOf(page)) {
    if (isCode) continue;
    for (const [, id] of text.matchAll(/<a (?:id|name)="([^"]+)"/g)) anchors.add(id ?? '');
    const title = /^#{1,6}\s+(.*?)\s*#*$/.exec(text)?.[1];
    if (title === undefined) continue;
    const slug = slugOf(title);
    const count = counts.get(slug) ?? 0;
    counts.set(slug, count + 1);
    anchors.add(count === 0 ? slug : `${slug}-${count}`);
  }
  return anchors;
}

/** Links keep their text, code spans lose their backticks; punctuation is removed, spaces become hyphens. */
export function slugOf(title: string): string {
  return title
    .replace(/\[([^\]]*)\]\([^)]*\)/g, '$1')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\s_-]/gu, '')
    .replace(/\s/g, '-');
}

/** Text of the code spans outside of code blocks, with their lines. */
export function codeSpansOf(page: string): { line: number; text: string }[] {
  return linesOf(page)
    .filter(({ isCode }) => !isCode)
    .flatMap(({ number, text }) =>
      [...text.matchAll(/(?<!`)(`+)(?!`)(.*?[^`])\1(?!`)/g)].map((match) => ({
        line: number,
        text: match[2] ?? '',
      })),
    );
}
