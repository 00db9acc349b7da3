import { filterControls, lastState } from '@app/domain';
import Anser from 'anser';

/** A piece of a line in one style. */
export interface LinePart {
  text: string;
  /** `ansi-red`, `ansi-bold`: names of the console's own classes, never what the log says. */
  classes: readonly string[];
}

const COLOURS = new Set(['black', 'red', 'green', 'yellow', 'blue', 'magenta', 'cyan', 'white']);
const DECORATIONS = new Set(['bold', 'italic', 'underline', 'dim', 'strikethrough']);

/**
 * What a line of a log shows: its last state if it was written over, in the sixteen colours of terminals. Every other
 * control character is removed, so that none can change what is shown around it. Other colours are left out: they
 * would be unreadable in one of the themes.
 */
export function partsOf(line: string): LinePart[] {
  const text = filterControls(lastState(line), { keepColours: true });
  if (!text.includes('\x1b')) return [{ text, classes: [] }];
  return Anser.ansiToJson(text, { use_classes: true, remove_empty: true, json: true }).map(
    ({ content, fg, decorations }) => ({
      text: content,
      classes: [
        ...(fg ? [fg.replace(/^ansi-(bright-)?/, '')].filter((name) => COLOURS.has(name)) : []),
        ...decorations.filter((name) => DECORATIONS.has(name)),
      ].map((name) => `ansi-${name}`),
    }),
  );
}
