import { describe, expect, it } from '@jest/globals';
import { toWireField } from './wire-field.js';

describe('toWireField', () => {
  it.each([
    ['name', 'name'],
    ['imageName', 'image_name'],
    ['args.1.pattern', 'env_vars.args.1.pattern'],
    ['secrets.0.name', 'env_vars.secrets.0.name'],
    ['authorizedGroups.2', 'authorized_groups.2'],
    ['concurrency.limit', 'concurrency.limit'],
    ['pod.resources.limits.cpu', 'resources.limits.cpu'],
    ['pod.nodeSelector.pod.annotations', 'node_selector.pod.annotations'],
    ['pod.tolerations.3.tolerationSeconds', 'tolerations.3.toleration_seconds'],
    ['pod.annotations.tolerationSeconds', 'annotations.tolerationSeconds'],
    ['pod.serviceAccount', 'service_account'],
    ['pod.security.runAsUser', 'security.run_as_user'],
    ['argsLike', 'argsLike'],
  ])('%s: %s', (field, expected) => expect(toWireField(field)).toBe(expected));
});
