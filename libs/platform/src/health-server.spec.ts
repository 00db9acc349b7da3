import { describe, expect, it } from '@jest/globals';
import { HealthRegistry } from './health.js';
import { answerHealthRequest } from './health-server.js';

const failing = () => Promise.reject(new Error('away'));

describe('answerHealthRequest', () => {
  it('is live regardless of the checks', async () => {
    const health = new HealthRegistry().add('postgres', 'required', failing);
    expect(await answerHealthRequest('GET', '/health/live', health)).toEqual({
      status: 200,
      body: { status: 'ok' },
    });
  });

  it('is ready while only optional checks fail', async () => {
    const health = new HealthRegistry().add('redis', 'optional', failing);
    expect(await answerHealthRequest('GET', '/health/ready', health)).toEqual({
      status: 200,
      body: { status: 'degraded', checks: { redis: { status: 'failing', message: 'away' } } },
    });
  });

  it('is not ready when a required check fails', async () => {
    const health = new HealthRegistry().add('postgres', 'required', failing);
    expect((await answerHealthRequest('HEAD', '/health/ready?full', health)).status).toBe(503);
  });

  it.each([
    ['/', 'GET'],
    ['/health', 'GET'],
    ['/health/live', 'POST'],
  ])('answers 404 to %s with %s', async (path, method) => {
    expect((await answerHealthRequest(method, path, new HealthRegistry())).status).toBe(404);
  });
});
