import type * as z from 'zod';
import { SETTING_GROUPS, type SettingGroup, type SettingText } from './settings.js';

export interface Setting {
  name: string;
  meaning: string;
  /** As it would be written in the environment; empty: none. */
  default: string;
  isRequired: boolean;
  readBy: string;
  /** Ends the sentence "Expected: …"; null: any text. */
  expected: string | null;
}

export interface DocumentedGroup extends Pick<SettingGroup, 'title' | 'intro'> {
  settings: readonly Setting[];
}

/** The env schema of each service, by the name of the service. */
export type ServiceSchemas = Readonly<Record<string, z.ZodObject>>;

/**
 * Joins the texts with what the schemas say. Pure.
 * @returns `problems`: variables that have no text, and texts whose variable is not read
 */
export function readSettings(
  services: ServiceSchemas,
  texts: readonly SettingGroup[] = SETTING_GROUPS,
): { groups: DocumentedGroup[]; problems: string[] } {
  const documented = new Set(texts.flatMap(({ settings }) => Object.keys(settings)));
  const problems = Object.entries(services).flatMap(([service, schema]) =>
    Object.keys(schema.shape)
      .filter((name) => !documented.has(name))
      .map((name) => `${name}: read by ${service}, but tools/docs/settings.ts has no text for it`),
  );
  const groups = texts.map(({ title, intro, settings }) => ({
    title,
    intro,
    settings: Object.entries(settings).flatMap(([name, text]) => {
      const setting = readSetting(name, text, services);
      if (!setting) problems.push(`${name}: has a text in tools/docs/settings.ts, but no service reads it`);
      return setting ?? [];
    }),
  }));
  return { groups, problems };
}

function readSetting(name: string, text: SettingText, services: ServiceSchemas): Setting | null {
  const { meaning, elsewhere } = text;
  const readers = Object.entries(services).filter(([, { shape }]) => name in shape);
  const variable = readers[0]?.[1].shape[name] as z.ZodType | undefined;
  if (variable) {
    const readBy = readers.length === Object.keys(services).length ? 'all services' : listNames(readers);
    return { name, meaning, readBy, ...readVariable(variable) };
  }
  if (!elsewhere) return null;
  const { default: value, readBy, expected = null } = elsewhere;
  return { name, meaning, default: value, isRequired: false, readBy, expected };
}

const listNames = (readers: ReadonlyArray<readonly [string, unknown]>): string =>
  readers.map(([service]) => service).join(', ');

interface WrapperDef {
  type: string;
  innerType?: z.ZodType;
  defaultValue?: unknown;
}

function readVariable(variable: z.ZodType): Pick<Setting, 'default' | 'isRequired' | 'expected'> {
  let inner = variable;
  let value: unknown;
  let isRequired = true;
  for (;;) {
    const { type, innerType, defaultValue } = inner.def as WrapperDef;
    if (!innerType || (type !== 'default' && type !== 'optional')) break;
    if (type === 'default') value = defaultValue;
    isRequired = false;
    inner = innerType;
  }
  return { default: showDefault(value), isRequired, expected: describeExpected(inner) };
}

/** As in the environment; a default that is empty, such as `{}`, is none. */
function showDefault(value: unknown): string {
  if (value === undefined) return '';
  const text = JSON.stringify(value);
  if (isObject(value)) return Object.values(value).every(isEmpty) ? '' : text;
  return typeof value === 'string' ? value : text;
}

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null;

const isEmpty = (value: unknown): boolean => isObject(value) && Object.keys(value).length === 0;

/** The message for a missing variable says what is expected; "a value" says nothing. */
function describeExpected(variable: z.ZodType): string | null {
  const message = variable.safeParse(undefined).error?.issues[0]?.message ?? null;
  return message === 'a value' ? null : message;
}
