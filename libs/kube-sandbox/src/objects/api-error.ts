import type { ResourceName } from './kube-object.js';
import { qualifiedName, RESOURCES } from './resources.js';

/** One violated rule of an object. `reason` is Kubernetes' cause, e.g. `FieldValueRequired`. */
export interface FieldError {
  field: string;
  reason:
    | 'FieldValueRequired'
    | 'FieldValueInvalid'
    | 'FieldValueNotSupported'
    | 'FieldValueForbidden'
    | 'FieldValueDuplicate'
    | 'FieldValueTooLong';
  message: string;
}

export interface StatusObject {
  kind: 'Status';
  apiVersion: 'v1';
  metadata: Record<string, never>;
  status: 'Success' | 'Failure';
  message?: string;
  reason?: string;
  details?: Record<string, unknown>;
  code?: number;
}

interface ApiErrorOptions {
  details?: Record<string, unknown>;
  /** Of the HTTP response. */
  headers?: Record<string, string>;
}

/** A refusal, sent to the client as a `Status` object. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly details: Record<string, unknown> | undefined;
  readonly headers: Record<string, string>;

  constructor(
    readonly code: number,
    readonly reason: string,
    message: string,
    { details, headers = {} }: ApiErrorOptions = {},
  ) {
    super(message);
    this.details = details;
    this.headers = headers;
  }

  toStatus(): StatusObject {
    const { code, reason, message, details } = this;
    return {
      kind: 'Status',
      apiVersion: 'v1',
      metadata: {},
      status: 'Failure',
      message,
      reason,
      ...(details && { details }),
      code,
    };
  }
}

function detailsOf(resource: ResourceName, name: string): Record<string, unknown> {
  const { group } = RESOURCES[resource];
  return { name, ...(group && { group }), kind: resource };
}

export function notFound(resource: ResourceName, name: string): ApiError {
  return new ApiError(404, 'NotFound', `${qualifiedName(resource)} "${name}" not found`, {
    details: detailsOf(resource, name),
  });
}

export function alreadyExists(resource: ResourceName, name: string): ApiError {
  const message = `${qualifiedName(resource)} "${name}" already exists`;
  return new ApiError(409, 'AlreadyExists', message, { details: detailsOf(resource, name) });
}

export function conflict(resource: ResourceName, name: string, why: string): ApiError {
  const message = `Operation cannot be fulfilled on ${qualifiedName(resource)} "${name}": ${why}`;
  return new ApiError(409, 'Conflict', message, { details: detailsOf(resource, name) });
}

export function invalid(resource: ResourceName, name: string, errors: readonly FieldError[]): ApiError {
  const { kind, group } = RESOURCES[resource];
  const list = errors.map((error) => `${error.field}: ${error.message}`);
  const text = list.length === 1 ? list[0] : `[${list.join(', ')}]`;
  const causes = errors.map(({ field, reason, message }) => ({ reason, message, field }));
  const details = { name, ...(group && { group }), kind, causes };
  return new ApiError(422, 'Invalid', `${group ? `${kind}.${group}` : kind} "${name}" is invalid: ${text}`, {
    details,
  });
}

export function badRequest(message: string): ApiError {
  return new ApiError(400, 'BadRequest', message);
}

export function expired(message: string): ApiError {
  return new ApiError(410, 'Expired', message);
}
