import type { AnyObject, ResourceName } from '../objects/kube-object.js';
import type { Predicate } from '../objects/label-selector.js';
import type { Change } from '../objects/object-store.js';
import { stringifyOnce } from '../objects/stringify-once.js';
import { tableOf } from './table.js';

export type WatchEventType = 'ADDED' | 'MODIFIED' | 'DELETED';

/** How a filtered watch sees a change. An object that no longer matches counts as deleted. */
export function seenThroughFilter(
  change: Change,
  isWanted: Predicate<AnyObject>,
): { type: WatchEventType; object: AnyObject } | null {
  const { type, object, previous } = change;
  const matchesNow = type !== 'DELETED' && isWanted(object);
  const matchedBefore = previous !== null && isWanted(previous);
  if (matchesNow) return { type: matchedBefore ? 'MODIFIED' : 'ADDED', object };
  if (!matchedBefore) return null;
  if (type === 'DELETED') return { type, object };
  const { resourceVersion } = object.metadata;
  return { type: 'DELETED', object: { ...previous, metadata: { ...previous.metadata, resourceVersion } } };
}

/** Formats one line of a watch. */
export function formatWatchEvent(type: WatchEventType, object: AnyObject): string {
  return `{"type":"${type}","object":${stringifyOnce(object)}}\n`;
}

export function formatTableEvent(
  type: WatchEventType,
  resource: ResourceName,
  object: AnyObject,
  nowMs: number,
): string {
  const { resourceVersion } = object.metadata;
  return `${JSON.stringify({ type, object: tableOf(resource, [object], { resourceVersion }, nowMs) })}\n`;
}
