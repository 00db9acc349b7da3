import { describe, expect, it } from '@jest/globals';
import { RunnerRefusedError, RunnerRefusedForNowError, RunnerUnavailableError } from '../runner.js';
import {
  KubeStatusError,
  KubeUnreachableError,
  classifyError,
  toRunnerError,
  toStatusError,
  type ApiOutcome,
} from './api-outcome.js';

const QUOTA = 'jobs.batch "a" is forbidden: exceeded quota: compute, requested: count/jobs.batch=1';

describe('classifyError', () => {
  it.each<[number, string, string, ApiOutcome]>([
    [400, 'BadRequest', 'malformed', 'refused'],
    [401, 'Unauthorized', 'Unauthorized', 'unanswered'],
    [403, 'Forbidden', 'jobs.batch is forbidden: User "x" cannot create', 'refused'],
    [403, 'Forbidden', QUOTA, 'refused for now'],
    [404, 'NotFound', 'jobs.batch "a" not found', 'not-found'],
    [404, 'NotFound', 'namespaces "procs" not found', 'refused'],
    [409, 'AlreadyExists', 'jobs.batch "a" already exists', 'exists'],
    [409, 'Conflict', 'Operation cannot be fulfilled on resourcequotas', 'refused for now'],
    [413, '', 'Request entity too large', 'refused'],
    [422, 'Invalid', 'Job.batch "A" is invalid', 'refused'],
    [429, 'TooManyRequests', 'try again', 'unanswered'],
    [500, 'InternalError', 'Internal error occurred: failed calling webhook "a"', 'refused for now'],
    [503, '', 'apiserver is shutting down', 'unanswered'],
  ])('classifies %d %s (%s) as %s', (status, reason, message, expected) => {
    expect(classifyError(new KubeStatusError(status, reason, message))).toBe(expected);
  });

  it('classifies a missing response as unanswered', () => {
    expect(classifyError(new KubeUnreachableError('ECONNREFUSED'))).toBe('unanswered');
  });
});

describe('toStatusError', () => {
  it('reads the Status object of Kubernetes', () => {
    const body = JSON.stringify({ kind: 'Status', reason: 'Forbidden', message: 'no', code: 403 });
    expect(toStatusError(403, body)).toMatchObject({ status: 403, reason: 'Forbidden', message: 'no' });
  });

  it.each([
    ['<html>bad gateway</html>', '<html>bad gateway</html>'],
    ['', 'HTTP 502'],
    ['null', 'null'],
  ])('keeps the text of a response that is not from Kubernetes: %j', (body, message) => {
    expect(toStatusError(502, body)).toMatchObject({ status: 502, reason: '', message });
  });
});

describe('toRunnerError', () => {
  it('names the attempted action and quotes Kubernetes', () => {
    const error = toRunnerError(new KubeStatusError(403, 'Forbidden', 'no'), { what: 'read Job a' });
    expect(error).toBeInstanceOf(RunnerRefusedError);
    expect((error as Error).message).toBe('Kubernetes refused to read Job a: no');
    expect(toRunnerError(new KubeUnreachableError('ECONNRESET'), { what: 'read Job a' })).toBeInstanceOf(
      RunnerUnavailableError,
    );
  });

  it('passes on what Kubernetes says when it refuses a request for now', () => {
    const error = toRunnerError(new KubeStatusError(403, 'Forbidden', QUOTA), { what: 'create Job a' });
    expect(error).toBeInstanceOf(RunnerRefusedForNowError);
    expect((error as Error).message).toBe(QUOTA);
  });

  it.each([400, 422, 500])('never repeats the text of a %d response to a Secret request', (status) => {
    const error = toRunnerError(new KubeStatusError(status, 'Invalid', 'Invalid value: "hunter2"'), {
      what: 'create Secret a',
      isConfidential: true,
    }) as Error;
    expect(error.message).toContain(`HTTP ${status} Invalid`);
    expect(error.message + String(error.cause) + error.stack).not.toContain('hunter2');
  });

  it('returns other errors unchanged', () => {
    const bug = new TypeError('x is not a function');
    expect(toRunnerError(bug, { what: 'read Job a' })).toBe(bug);
  });
});
