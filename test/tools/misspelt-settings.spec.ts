import { expect, it } from '@jest/globals';
import { findMisspelt } from '@app/platform';
import { schema as gateway } from '../../apps/gateway/src/env.js';
import { schema as worker } from '../../apps/executor-worker/src/env.js';
import { schema as notifier } from '../../apps/notifier/src/env.js';
import { schema as scheduler } from '../../apps/scheduler/src/env.js';
import { SETTING_GROUPS } from '../../tools/docs/settings.js';

it.each(Object.entries({ gateway, worker, notifier, scheduler }))(
  'the %s takes no setting of another service for a misspelt one of its own',
  (_name, schema) => {
    const documented = SETTING_GROUPS.flatMap(({ settings }) => Object.keys(settings));
    const env = Object.fromEntries(documented.map((name) => [name, 'x']));
    expect(findMisspelt(Object.keys(schema.shape), env)).toEqual([]);
  },
);
