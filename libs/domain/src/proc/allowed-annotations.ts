import type { ErrorDetail } from '../app-error.js';
import { quoteForMessage } from './env-value.js';
import { isQualifiedName } from './kubernetes-names.js';

/** Every key without a prefix. Kubernetes reserves those for users: what software of the cluster reads has a prefix. */
const PRIVATE_KEYS = '*';

/** What is allowed where the settings say nothing. @param kept keys that were in use before there was a list */
export function annotationsByDefault(kept: readonly string[]): string[] {
  return [PRIVATE_KEYS, ...kept];
}

/** `KEY` (any value) or `KEY=VALUE`, where a star in the key stands for any characters but `/`, as in `example.com/*`. */
export function isAnnotationPattern(text: string): boolean {
  // A star stands for at least one character.
  return isQualifiedName(keyOf(text).toLowerCase().replaceAll('*', 'x'));
}

/**
 * Lists the annotations, or labels of a pod template, that this installation does not allow: by them a cluster may give a pod a
 * cloud role, a sidecar or another network. `field` is `path` and the key.
 */
export function checkAllowedAnnotations(
  path: string,
  what: string,
  map: Readonly<Record<string, string>>,
  allowed: readonly string[],
): ErrorDetail[] {
  const rules = allowed.map(toRule);
  return Object.entries(map)
    .filter(([key, value]) => !rules.some((isAllowed) => isAllowed(key, value)))
    .map(([key]) => ({
      field: `${path}.${key.slice(0, 100)}`,
      message: describeUnlisted(what, key, allowed),
    }));
}

/** The same for both maps of a pod template. */
export function checkTemplateMetadata(
  {
    annotations = {},
    labels = {},
  }: Partial<Record<'annotations' | 'labels', Readonly<Record<string, string>>>>,
  allowed: readonly string[],
): ErrorDetail[] {
  return [
    ...checkAllowedAnnotations('template.metadata.annotations', 'annotation', annotations, allowed),
    ...checkAllowedAnnotations('template.metadata.labels', 'label', labels, allowed),
  ];
}

function describeUnlisted(what: string, key: string, allowed: readonly string[]): string {
  const shown = allowed.map((entry) => (entry === PRIVATE_KEYS ? 'keys without a prefix' : entry)).join(', ');
  return `the ${what} ${quoteForMessage(key)} is not allowed (allowed: ${shown}); remove it, or ask an operator to list it in PROCTOR_ALLOWED_ANNOTATIONS`;
}

function toRule(entry: string): (key: string, value: string) => boolean {
  const pattern = keyOf(entry)
    .split('*')
    .map((part) => part.replace(/[^A-Za-z0-9_/-]/g, '\\$&'))
    .join('[^/]+');
  const keyPattern = new RegExp(`^${pattern}$`);
  const at = entry.indexOf('=');
  return (key, value) => keyPattern.test(key) && (at < 0 || value === entry.slice(at + 1));
}

function keyOf(entry: string): string {
  return entry.split('=', 1)[0] ?? '';
}
