/**
 * What a terminal would take as a command: CSI (`ESC [`), strings (OSC, DCS, APC, PM, SOS) with their terminator,
 * other escapes, and every lone control character but the tab. Both the 7-bit and the 8-bit (C1) forms. No
 * alternative can begin inside another's repetition, so that the time is linear in the line's length.
 */
const COMMANDS =
  /(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]|(?:\x1b[\]PX^_]|[\x90\x98\x9d-\x9f])[^\x07\x1b\x80-\x9f]*(?:\x07|\x1b\\|\x9c)|\x1b[ -/]*[0-~]|[\x00-\x08\x0a-\x1f\x7f-\x9f]/g;

const COLOUR = /^\x1b\[[0-9;:]*m$/;

/** One line of text from elsewhere, made harmless for a terminal: colours stay where wanted, all else goes. */
export function filterControls(line: string, { keepColours }: { keepColours: boolean }): string {
  return line.replace(COMMANDS, (command) => (keepColours && COLOUR.test(command) ? command : ''));
}

export function hasColours(line: string): boolean {
  return line.includes('\x1b[');
}

/** Ends every colour that a line has begun. */
export const RESET_COLOURS = '\x1b[0m';

/** Text of several lines as one, without control characters: for a table's cell or a message. */
export function plainLine(text: string): string {
  return filterControls(text.replace(/[\t\r\n]+/g, ' ').trim(), { keepColours: false });
}
