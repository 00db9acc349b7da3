import { randomBytes } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { SecretBox, SecretsStore, type StoredCallback } from '@app/database';
import { anEvent } from '../testing/events.js';
import { callbackUrlOf } from './callback-url.js';

const URL_TEXT = 'https://hooks.example.org/a-cr3dential?k=1';
const secretsWith = (key: Uint8Array) => new SecretsStore(null as never, new SecretBox(key));
const secrets = secretsWith(randomBytes(32));
const event = anEvent();
const sealed = secrets.sealCallback(event.execution?.procName ?? '', URL_TEXT);

const deliveryTo = (callback: StoredCallback | null, recipient = 'https://hooks.example.org') => ({
  ...{ id: 1, channel: 'callback', recipient },
  event: { ...event, callback },
});

describe('callbackUrlOf', () => {
  it('opens the sealed URL, of which only the origin is readable', () => {
    expect(callbackUrlOf(secrets)(deliveryTo(sealed))).toEqual({ url: URL_TEXT });
    expect(sealed.origin).toBe('https://hooks.example.org');
    expect(JSON.stringify(sealed)).not.toContain('cr3dential');
  });

  it('takes a URL from before it was sealed as it is', () => {
    expect(callbackUrlOf(null)(deliveryTo(URL_TEXT))).toEqual({ url: URL_TEXT });
    expect(callbackUrlOf(null)(deliveryTo(null, URL_TEXT))).toEqual({ url: URL_TEXT });
  });

  it('waits without a key, and retries with another one, saying what to do', () => {
    expect(callbackUrlOf(null)(deliveryTo(sealed))).toMatchObject({
      kind: 'waits',
      reason: expect.stringContaining('set PROCTOR_SECRET_KEY on the notifier'),
    });
    const other = callbackUrlOf(secretsWith(randomBytes(32)))(deliveryTo(sealed));
    expect(other).toMatchObject({ kind: 'retry', reason: expect.stringContaining(sealed.keyId) });
    expect(JSON.stringify(other)).not.toContain('cr3dential');
  });

  it('opens nothing for an execution of another proc', () => {
    const moved = deliveryTo(sealed);
    const execution = { ...event.execution!, procName: 'another' };
    expect(callbackUrlOf(secrets)({ ...moved, event: { ...moved.event, execution } })).toMatchObject({
      kind: 'retry',
    });
  });
});
