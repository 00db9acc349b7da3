import { badRequest } from './api-error.js';
import { labelValueProblem, qualifiedNameProblem } from './name-rules.js';

export type Labels = Readonly<Record<string, string>>;
export type Predicate<T> = (value: T) => boolean;

/**
 * Parses a label selector in Kubernetes' syntax: `a=b`, `a==b`, `a!=b`, `a in (b,c)`, `a notin (b,c)`, `a`, `!a`,
 * joined by commas. Throws a 400 `ApiError` for anything else.
 */
export function parseLabelSelector(text: string): Predicate<Labels> {
  const requirements = splitRequirements(text).map((part) => parseRequirement(part, text));
  return (labels) => requirements.every((matches) => matches(labels));
}

function splitRequirements(text: string): string[] {
  return text.trim() === '' ? [] : text.split(/,(?![^(]*\))/).map((part) => part.trim());
}

function parseRequirement(part: string, whole: string): Predicate<Labels> {
  const set = /^(\S+)\s+(in|notin)\s*\(([^()]*)\)$/.exec(part);
  if (set) {
    const key = checkedKey(set[1]!, whole);
    const values = new Set(set[3]!.split(',').map((value) => checkedValue(value.trim(), whole)));
    if (set[2] === 'in') return (labels) => key in labels && values.has(labels[key]!);
    return (labels) => !(key in labels) || !values.has(labels[key]!);
  }
  const equality = /^([^\s=!]+)\s*(==|=|!=)\s*([^\s=!]*)$/.exec(part);
  if (equality) {
    const key = checkedKey(equality[1]!, whole);
    const value = checkedValue(equality[3]!, whole);
    return equality[2] === '!=' ? (labels) => labels[key] !== value : (labels) => labels[key] === value;
  }
  const existence = /^(!?)\s*([^\s=!]+)$/.exec(part);
  if (!existence) throw unparsable(whole);
  const key = checkedKey(existence[2]!, whole);
  return existence[1] === '!' ? (labels) => !(key in labels) : (labels) => key in labels;
}

function checkedKey(key: string, whole: string): string {
  if (qualifiedNameProblem(key) !== null) throw unparsable(whole);
  return key;
}

function checkedValue(value: string, whole: string): string {
  if (labelValueProblem(value) !== null) throw unparsable(whole);
  return value;
}

function unparsable(text: string): Error {
  return badRequest(`unable to parse requirement: ${JSON.stringify(text)} is not a valid label selector`);
}
