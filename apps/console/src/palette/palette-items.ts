import { isPossibleExecutionId, type ProcMetadata } from '@app/contract';
import { plainLine } from '@app/domain';
import type { KeyAction } from '../keys/key-actions.js';

export interface PaletteItem {
  id: string;
  label: string;
  /** What kind of thing it is, or its key. */
  note: string;
  /** A page of the console, or what to do. */
  target: string | (() => void);
}

export const PAGES: readonly [path: string, title: string][] = [
  ['/', 'Home'],
  ['/procs', 'Procs'],
  ['/executions', 'Executions'],
  ['/schedules', 'Schedules'],
];

const MAX_ITEMS = 12;

/** What the palette offers for a text: an execution by its id, actions of the page, pages and procs that have all its words. */
export function paletteItems(
  text: string,
  { actions, procs }: { actions: readonly KeyAction[]; procs: readonly Pick<ProcMetadata, 'name'>[] },
): PaletteItem[] {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  const all: PaletteItem[] = [
    ...actions.map(({ key, label, run }) => ({ id: `key ${key}`, label, note: key, target: run })),
    ...PAGES.map(([path, title]) => ({ id: `page ${path}`, label: title, note: 'page', target: path })),
    ...procs.map(({ name }) => ({
      id: `proc ${name}`,
      label: plainLine(name),
      note: 'proc',
      target: `/procs/${encodeURIComponent(name)}`,
    })),
  ];
  const found = all.filter(({ label }) => words.every((word) => label.toLowerCase().includes(word)));
  const executionId = text.trim();
  const isId = /^\d{1,19}$/.test(executionId) && isPossibleExecutionId(executionId);
  const execution: PaletteItem[] = isId
    ? [
        {
          id: `execution ${executionId}`,
          label: `Execution ${executionId}`,
          note: 'execution',
          target: `/executions/${executionId}`,
        },
      ]
    : [];
  return [...execution, ...found].slice(0, MAX_ITEMS);
}
