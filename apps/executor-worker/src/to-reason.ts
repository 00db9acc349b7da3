import { toStorable } from './storable-text.js';

/** A policy may write a page. */
const MAX_LENGTH = 1_000;

/** What Kubernetes says, as one line that can be stored and shown. */
export function toReason(message: string): string {
  const line = toStorable(message).replace(/\s+/g, ' ').trim();
  return line.length > MAX_LENGTH ? `${line.slice(0, MAX_LENGTH - 1).toWellFormed()}…` : line;
}

/** The reason of an execution that has waited too long. */
export function afterLimit(message: string, limitMs: number): string {
  return `${toReason(message)} (after ${Math.round(limitMs / 1000)} s)`;
}
