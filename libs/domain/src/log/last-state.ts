/** Moves the cursor of a terminal to the start of the line, or erases the line. */
const RESTART = /\r|\x1b\[[01]?G|\x1b\[2K/;
const COLOUR = /\x1b\[[0-9;:]*m/g;
const RESET = /\x1b\[0?m/g;
const SEQUENCE = /\x1b\[[0-?]*[ -/]*[@-~]/g;
const MOVES_BACK = /\x08|\x1b\[\d{0,4}D/;
/** A colour, a move back, or a character. */
const TOKENS = /\x1b\[[0-9;:]*m|\x1b\[(\d{0,4})D|[^]/gu;

/**
 * What a log line that was written over shows in the end, such as `100%` of `10%\r50%\r100%`: the text after the last
 * carriage return that shows anything, with backspaces applied. Colours stay in force.
 */
export function lastState(line: string): string {
  return applyBackspaces(lastText(line));
}

function lastText(line: string): string {
  const states = line.split(RESTART);
  if (states.length === 1) return line;
  const shown = Math.max(
    0,
    states.findLastIndex((state) => state.replace(SEQUENCE, '').trim() !== ''),
  );
  const before = coloursIn(states.slice(0, shown).join(''));
  return before + (states[shown] ?? '') + coloursIn(states.slice(shown + 1).join(''));
}

/** From the last reset on. */
function coloursIn(text: string): string {
  const colours = (text.match(COLOUR) ?? []).join('');
  const lastReset = [...colours.matchAll(RESET)].at(-1);
  return lastReset ? colours.slice(lastReset.index) : colours;
}

/** Moving back alone erases nothing: the next character does. */
function applyBackspaces(line: string): string {
  if (!MOVES_BACK.test(line)) return line;
  const kept: string[] = [];
  let back = 0;
  for (const [token, count] of line.matchAll(TOKENS)) {
    if (token === '\b') back++;
    else if (count !== undefined) back += Number(count || 1);
    else {
      if (!token.startsWith('\x1b')) for (; back > 0 && kept.length > 0; back--) kept.pop();
      if (!token.startsWith('\x1b')) back = 0;
      kept.push(token);
    }
  }
  return kept.join('');
}
