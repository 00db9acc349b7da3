import type { AnyObject, ResourceName } from '../objects/kube-object.js';
import type { Predicate } from '../objects/label-selector.js';
import type { Change } from '../objects/object-store.js';
import { stringifyOnce } from '../objects/stringify-once.js';
import { tableOf } from './table.js';

export type WatchEventType = 'ADDED' | 'MODIFIED' | 'DELETED';

/** What a watch with a filter sees of a change: an object that no longer matches is gone for it. */
export function seenThroughFilter(
  change: Change,
  isWanted: Predicate<AnyObject>,
): { type: WatchEventType; object: AnyObject } | null {
  const { type, object, previous } = change;
  const isNow = type !== 'DELETED' && isWanted(object);
  const was = previous !== null && isWanted(previous);
  if (isNow) return { type: was ? 'MODIFIED' : 'ADDED', object };
  if (!was) return null;
  if (type === 'DELETED') return { type, object };
  const { resourceVersion } = object.metadata;
  return { type: 'DELETED', object: { ...previous, metadata: { ...previous.metadata, resourceVersion } } };
}

/** One line of a watch. */
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
