import { EventEmitter } from 'node:events';
import { describe, expect, it } from '@jest/globals';
import { Printer, type PrinterOptions } from './printer.js';

/** Collects what is written. `isSlow`: full after each write until it is drained. */
class FakeOutput extends EventEmitter {
  text = '';
  writableNeedDrain = false;

  constructor(
    readonly isTTY: boolean,
    private readonly isSlow = false,
  ) {
    super();
  }

  write(text: string): boolean {
    this.text += text;
    this.writableNeedDrain = this.isSlow;
    return !this.isSlow;
  }
}

function aPrinter({
  isTTY = false,
  isSlow = false,
  ...options
}: Partial<PrinterOptions> & { isTTY?: boolean; isSlow?: boolean } = {}) {
  const stdout = new FakeOutput(isTTY, isSlow);
  const stderr = new FakeOutput(isTTY);
  const streams = { stdout, stderr } as unknown as Pick<PrinterOptions, 'stdout' | 'stderr'>;
  return { stdout, stderr, printer: new Printer({ json: false, noEscapes: false, ...options, ...streams }) };
}

const lines = ['\x1b[31mred', '\x1b[2Jcleared\r', ''];

describe('Printer', () => {
  it('writes the log unchanged into a pipe', async () => {
    const { printer, stdout } = aPrinter();
    await printer.logLines(lines);
    await printer.endLog();
    expect(stdout.text).toBe('\x1b[31mred\n\x1b[2Jcleared\r\n\n');
  });

  it('keeps only colours on a terminal, and resets them', async () => {
    const { printer, stdout } = aPrinter({ isTTY: true });
    await printer.logLines(lines);
    await printer.endLog();
    expect(stdout.text).toBe('\x1b[31mred\ncleared\n\n\x1b[0m');
  });

  it('shows the last state of a progress bar on a terminal, and stores all of it into a pipe', async () => {
    const terminal = aPrinter({ isTTY: true });
    await terminal.printer.logLines(['10%\r\x1b[K50%\r\x1b[K100%', 'work |\b/\bok']);
    expect(terminal.stdout.text).toBe('100%\nwork ok\n');
    const pipe = aPrinter();
    await pipe.printer.logLines(['10%\r100%']);
    expect(pipe.stdout.text).toBe('10%\r100%\n');
  });

  it('writes no escape sequence with NO_COLOR or on a dumb terminal', async () => {
    const { printer, stdout, stderr } = aPrinter({ isTTY: true, noEscapes: true });
    printer.showWaiting('Waiting');
    await printer.logLines(lines);
    await printer.endLog();
    printer.stopWaiting();
    expect(stdout.text).toBe('red\ncleared\n\n');
    expect(stderr.text).toBe('');
  });

  it('writes each line as JSON for programs, and no notes', async () => {
    const { printer, stdout, stderr } = aPrinter({ json: true });
    await printer.logLines(['a"\x9b']);
    printer.note('for people');
    expect(stdout.text).toBe('{"type":"log","line":"a\\"\\u009b"}\n');
    expect(stderr.text).toBe('');
  });

  it('waits for a slow reader', async () => {
    const { printer, stdout } = aPrinter({ isSlow: true });
    let isDone = false;
    const writing = printer.logLines(['a']).then(() => (isDone = true));
    await new Promise((resolve) => setImmediate(resolve));
    expect(isDone).toBe(false);
    stdout.emit('drain');
    await writing;
    expect(isDone).toBe(true);
  });

  it('shows the spinner only on a terminal, and clears it before other output', async () => {
    const { printer, stderr } = aPrinter({ isTTY: true });
    printer.showWaiting('Waiting');
    await printer.logLines(['a']);
    expect(stderr.text).toBe('\r\x1b[K| Waiting\r\x1b[K');
    const piped = aPrinter();
    piped.printer.showWaiting('Waiting');
    piped.printer.stopWaiting();
    expect(piped.stderr.text).toBe('');
    const forPrograms = aPrinter({ isTTY: true, json: true });
    forPrograms.printer.showWaiting('Waiting');
    forPrograms.printer.stopWaiting();
    expect(forPrograms.stderr.text).toBe('');
  });
});
