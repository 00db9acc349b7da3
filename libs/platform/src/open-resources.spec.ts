import { describe, expect, it } from '@jest/globals';
import { OpenResources } from './open-resources.js';
import { captureLog } from './testing/index.js';

function setUp() {
  const { logger, lines } = captureLog();
  const closed: string[] = [];
  return { resources: new OpenResources(logger), closed, log: () => lines.join('') };
}

describe('OpenResources', () => {
  it('closes in the reverse order of opening, one after the other', async () => {
    const { resources, closed } = setUp();
    const database = resources.use('postgres', { close: () => void closed.push('postgres') });
    resources.defer('server', async () => {
      await Promise.resolve();
      closed.push('server');
    });
    resources.defer('readiness', () => closed.push('readiness'));
    await resources.close();
    expect(database).toHaveProperty('close');
    expect(closed).toEqual(['readiness', 'server', 'postgres']);
  });

  it('begins with the first close at once, not in a later turn of the event loop', () => {
    const { resources, closed } = setUp();
    resources.defer('readiness', () => closed.push('readiness'));
    void resources.close();
    expect(closed).toEqual(['readiness']);
  });

  it.each([
    ['rejects', () => Promise.reject(new Error('still busy'))],
    [
      'throws',
      () => {
        throw new Error('still busy');
      },
    ],
  ])('closes the others when one %s, then fails and names it', async (_how, close) => {
    const { resources, closed, log } = setUp();
    resources.defer('postgres', () => closed.push('postgres'));
    resources.defer('queue', close);
    resources.defer('server', () => closed.push('server'));
    await expect(resources.close()).rejects.toThrow('could not close queue');
    expect(closed).toEqual(['server', 'postgres']);
    expect(log()).toContain('still busy');
    expect(log()).toContain('"resource":"queue"');
  });

  it('closes once, however often it is called', async () => {
    const { resources, closed } = setUp();
    resources.defer('postgres', () => closed.push('postgres'));
    await Promise.all([resources.close(), resources.close()]);
    await resources.close();
    expect(closed).toEqual(['postgres']);
  });
});
