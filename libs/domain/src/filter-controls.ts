import { escapeBidi } from './bidi.js';

/**
 * What a terminal would obey: CSI (`ESC [`), strings (OSC, DCS, APC, PM, SOS) with their terminator, other escapes, and
 * every lone control character except the tab, each in the 7-bit and the 8-bit (C1) form; what makes it show text in another
 * order than it is written (bidirectional controls) or in another line. No alternative can begin inside another's
 * repetition, so matching takes time linear in the length of the line.
 */
const COMMANDS =
  /(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]|(?:\x1b[\]PX^_]|[\x90\x98\x9d-\x9f])[^\x07\x1b\x80-\x9f]*(?:\x07|\x1b\\|\x9c)|\x1b[ -/]*[0-~]|[\x00-\x08\x0a-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;

const COLOUR = /^\x1b\[[0-9;:]*m$/;

/** One line of untrusted text, made harmless for a terminal: removes every control sequence, optionally except colours. */
export function filterControls(line: string, { keepColours }: { keepColours: boolean }): string {
  return line.replace(COMMANDS, (command) => (keepColours && COLOUR.test(command) ? command : ''));
}

/** Joins the lines of a text, shows its marks of direction and removes other control characters: for a cell or a message. */
export function plainLine(text: string): string {
  return filterControls(escapeBidi(text.replace(/[\t\r\n]+/g, ' ').trim()), { keepColours: false });
}
