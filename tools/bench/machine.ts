import { cpus, totalmem } from 'node:os';

/** What the figures were measured on. */
export function describeMachine(): string {
  const processors = cpus();
  const gib = Math.round(totalmem() / 2 ** 30);
  return `${processors.length} × ${processors[0]?.model.trim()}, ${gib} GiB, Node.js ${process.version}`;
}
