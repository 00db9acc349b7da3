import type { WriteStream } from 'node:tty';
import { filterControls, lastState } from '@app/domain';
import { escapeControls, toJsonLine } from '../output/json-line.js';
import { Spinner } from './spinner.js';

/** The part of a stream that the printer uses. */
export type Output = Pick<WriteStream, 'write' | 'once' | 'writableNeedDrain'> & { isTTY?: boolean };

export interface PrinterOptions {
  stdout: Output;
  stderr: Output;
  json: boolean;
  /** Write no escape sequences at all. */
  noEscapes: boolean;
}

/**
 * Writes results to standard output and everything else (notes, progress, hints) to standard error, so that a pipe gets
 * only the result. Waits for a slow reader.
 */
export class Printer {
  readonly json: boolean;
  private readonly stdout: Output;
  private readonly stderr: Output;
  private readonly keepColours: boolean;
  private readonly spinner: Spinner;
  private coloursAreOpen = false;
  private readonly noted = new Set<string>();

  constructor({ stdout, stderr, json, noEscapes }: PrinterOptions) {
    this.json = json;
    this.stdout = stdout;
    this.stderr = stderr;
    this.keepColours = !noEscapes;
    this.spinner = new Spinner(
      stderr.isTTY && !json && !noEscapes ? (text) => void stderr.write(text) : null,
    );
  }

  /** Prints a command's result: the text, or with `--output json` the value as one line of JSON. */
  async result(text: string, value: unknown): Promise<void> {
    await this.write(this.json ? toJsonLine(value) : text);
  }

  /** Prints an event as one line of JSON, only with `--output json`. */
  async event(value: { type: string; [field: string]: unknown }): Promise<void> {
    if (this.json) await this.write(toJsonLine(value));
  }

  /** Prints lines that are JSON already, with C1 controls and DEL escaped. */
  async lines(lines: readonly string[]): Promise<void> {
    await this.write(lines.map((line) => `${escapeControls(line)}\n`).join(''));
  }

  /** Prints lines of a log: unchanged into a pipe, on a terminal their last state, without control sequences. */
  async logLines(lines: readonly string[]): Promise<void> {
    if (this.json) {
      await this.write(lines.map((line) => toJsonLine({ type: 'log', line })).join(''));
    } else if (this.stdout.isTTY) {
      const shown = lines.map((line) => filterControls(lastState(line), { keepColours: this.keepColours }));
      this.coloursAreOpen ||= shown.some(hasColours);
      await this.write(`${shown.join('\n')}\n`);
    } else {
      await this.write(`${lines.join('\n')}\n`);
    }
  }

  /** Resets the colours that the log left open. */
  async endLog(): Promise<void> {
    if (this.coloursAreOpen) await this.write(RESET_COLOURS);
    this.coloursAreOpen = false;
  }

  /** Prints one line on standard error, but not with `--output json`. */
  note(line: string): void {
    if (!this.json) this.warn(line);
  }

  /** As `note`, but not a second time. */
  noteOnce(line: string): void {
    if (!this.noted.has(line)) this.note(line);
    this.noted.add(line);
  }

  /** Prints one line on standard error. */
  warn(line: string): void {
    this.spinner.stop();
    this.stderr.write(`${line}\n`);
  }

  /** On a terminal, shows a spinner until the next output. */
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

function hasColours(line: string): boolean {
  return line.includes('\x1b[');
}

/** Ends every colour that a line began. */
const RESET_COLOURS = '\x1b[0m';
