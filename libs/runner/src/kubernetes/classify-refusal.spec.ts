import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { classifyRefusal } from './classify-refusal.js';

const job = 'jobs.batch "proctor-a-1"';
const webhook = 'admission webhook "policy.example.com" denied the request';
const policy = `${job} is forbidden: ValidatingAdmissionPolicy 'images' with binding 'all' denied request`;
const down =
  'Internal error occurred: failed calling webhook "policy.example.com": failed to call webhook: Post';

describe('classifyRefusal', () => {
  it.each([
    [403, 'Forbidden', `${job} is forbidden: exceeded quota: jobs, requested: count/jobs.batch=1, used: 5`],
    [403, 'Forbidden', `${job} is forbidden: status unknown for quota: jobs, resources: count/jobs.batch`],
    [403, 'Forbidden', `${job} is forbidden: not yet ready to handle request`],
    [409, 'Conflict', 'Operation cannot be fulfilled on resourcequotas "jobs": the object has been modified'],
    [500, 'InternalError', `${down} "https://policy.svc:443/": dial tcp: connection refused`],
    [500, 'InternalError', `${down} "https://policy.svc:443/": no endpoints available for service "policy"`],
    [429, 'TooManyRequests', `${webhook}: too many images are being checked`],
    [503, '', `${webhook}: the scanner starts`],
  ])('may be accepted later: %d %s %s', (status, reason, message) => {
    expect(classifyRefusal({ status, reason, message })).toBe('refused for now');
  });

  it.each([
    [403, 'Forbidden', `${webhook}: exceeded quota: ask the platform team`],
    [403, 'Forbidden', `${webhook}: ${job} is forbidden: exceeded quota: q`],
    [400, '', `${webhook} without explanation`],
    [401, 'Unauthorized', `${policy}: not for you`],
    [413, 'RequestEntityTooLarge', `${policy}: exceeded quota: q`],
    [422, 'Invalid', `${policy}: exceeded quota: q`],
    [403, 'Forbidden', 'jobs.batch is forbidden: User "proctor" cannot create resource "jobs"'],
    [403, 'Forbidden', `${job} is forbidden: unable to create new content in namespace procs`],
    [400, 'BadRequest', 'malformed'],
    [404, 'NotFound', 'the server could not find the requested resource'],
    [413, 'RequestEntityTooLarge', 'Request entity too large: limit is 3145728'],
    [422, 'Invalid', 'Job.batch "A" is invalid: metadata.name'],
  ])('is permanent: %d %s %s', (status, reason, message) => {
    expect(classifyRefusal({ status, reason, message })).toBe('refused');
  });

  it.each([
    [429, 'TooManyRequests', 'Too many requests, please try again later.'],
    [503, 'ServiceUnavailable', 'apiserver is shutting down'],
    [502, '', '<html>bad gateway</html>'],
    [504, 'Timeout', 'Timeout: request did not complete within the allotted timeout'],
    [401, 'Unauthorized', 'Unauthorized'],
    [500, '', 'etcdserver: request timed out'],
  ])('is an outage: %d %s %s', (status, reason, message) => {
    expect(classifyRefusal({ status, reason, message })).toBe('unanswered');
  });

  it('never depends on the words of a webhook or a policy', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(webhook, policy),
        fc.string(),
        fc.constantFrom(400, 401, 403, 409, 413, 422),
        (prefix, text, status) =>
          classifyRefusal({ status, reason: '', message: `${prefix}: ${text}` }) === 'refused',
      ),
    );
  });
});
