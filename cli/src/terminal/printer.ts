import type { WriteStream } from 'node:tty';
import { escapeControls, toJsonLine } from '../output/json-line.js';
import { RESET_COLOURS, filterControls, hasColours } from '../output/filter-controls.js';
import { Spinner } from './spinner.js';

/** What of a stream is needed. */
export type Output = Pick<WriteStream, 'write' | 'once' | 'writableNeedDrain'> & { isTTY?: boolean };

export interface PrinterOptions {
  stdout: Output;
  stderr: Output;
  json: boolean;
  noColor: boolean;
}

/**
 * Results go to standard output, all else (ids, progress, hints) to standard error, so that a pipe gets the
 * result alone. Writing waits for a reader that is slow.
 */
export class Printer {
  readonly json: boolean;
  private readonly stdout: Output;
  private readonly stderr: Output;
  private readonly keepColours: boolean;
  private readonly spinner: Spinner;
  private coloursAreOpen = false;

  constructor({ stdout, stderr, json, noColor }: PrinterOptions) {
    this.json = json;
    this.stdout = stdout;
    this.stderr = stderr;
    this.keepColours = !noColor;
    this.spinner = new Spinner(stderr.isTTY && !json ? (text) => void stderr.write(text) : null);
  }

  /** A command's result: the text for people, or the value as one line of JSON. */
  async result(text: string, value: unknown): Promise<void> {
    await this.write(this.json ? toJsonLine(value) : text);
  }

  /** With `--output json`: one event as a line. Else nothing. */
  async event(value: { type: string; [field: string]: unknown }): Promise<void> {
    if (this.json) await this.write(toJsonLine(value));
  }

  /** Lines of a result that is JSON already: C1 controls and DEL escaped, as in all JSON from here. */
  async lines(lines: readonly string[]): Promise<void> {
    await this.write(lines.map((line) => `${escapeControls(line)}\n`).join(''));
  }

  /** Lines of a log: as they are, unless a terminal would obey them. */
  async logLines(lines: readonly string[]): Promise<void> {
    if (this.json) {
      await this.write(lines.map((line) => toJsonLine({ type: 'log', line })).join(''));
    } else if (this.stdout.isTTY) {
      const shown = lines.map((line) => filterControls(line, { keepColours: this.keepColours }));
      this.coloursAreOpen ||= shown.some(hasColours);
      await this.write(`${shown.join('\n')}\n`);
    } else {
      await this.write(`${lines.join('\n')}\n`);
    }
  }

  /** After a log: whatever colour it left open must not run into what follows. */
  async endLog(): Promise<void> {
    if (this.coloursAreOpen) await this.write(RESET_COLOURS);
    this.coloursAreOpen = false;
  }

  /** One line for people, beside the result. Not with `--output json`. */
  note(line: string): void {
    if (!this.json) this.warn(line);
  }

  /** One line on standard error in any case. */
  warn(line: string): void {
    this.spinner.stop();
    this.stderr.write(`${line}\n`);
  }

  /** Shows on a terminal that something is awaited, until the next output. */
  showWaiting(what: string): void {
    this.spinner.start(what);
  }

  stopWaiting(): void {
    this.spinner.stop();
  }

  private async write(text: string): Promise<void> {
    this.spinner.stop();
    this.stdout.write(text);
    if (this.stdout.writableNeedDrain)
      await new Promise<void>((resolve) => this.stdout.once('drain', resolve));
  }
}
