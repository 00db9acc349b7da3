/**
 * Kubernetes' rules for names. Each function returns null for a valid value, else the problem in the API server's own
 * words.
 */
const LABEL = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/;
const SUBDOMAIN = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;
const QUALIFIED = /^([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]$/;

export function dnsLabelProblem(value: string): string | null {
  if (value.length > 63) return 'must be no more than 63 characters';
  if (LABEL.test(value)) return null;
  return (
    "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with " +
    "an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')"
  );
}

export function dnsSubdomainProblem(value: string): string | null {
  if (value.length > 253) return 'must be no more than 253 characters';
  if (SUBDOMAIN.test(value)) return null;
  return (
    "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and " +
    "end with an alphanumeric character (e.g. 'example.com', regex used for validation is " +
    "'[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')"
  );
}

/** Keys of labels and annotations: `[dns prefix/]name`. */
export function qualifiedNameProblem(value: string): string | null {
  const parts = value.split('/');
  if (parts.length > 2)
    return 'a qualified name must consist of a name part and an optional DNS subdomain prefix';
  const name = parts.at(-1)!;
  if (parts.length === 2 && dnsSubdomainProblem(parts[0]!) !== null)
    return `prefix part ${dnsSubdomainProblem(parts[0]!)}`;
  if (name === '') return 'name part must be non-empty';
  if (name.length > 63) return 'name part must be no more than 63 characters';
  if (QUALIFIED.test(name)) return null;
  return (
    "name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric " +
    "character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is " +
    "'([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')"
  );
}

export function labelValueProblem(value: string): string | null {
  if (value === '') return null;
  if (value.length > 63) return 'must be no more than 63 characters';
  if (QUALIFIED.test(value)) return null;
  return (
    "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and " +
    "end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is " +
    "'(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')"
  );
}

/** Names of environment variables: since Kubernetes 1.34, any printable ASCII except `=`. */
export function envNameProblem(value: string): string | null {
  if (/^[\x20-\x3c\x3e-\x7e]+$/.test(value)) return null;
  return "a valid environment variable name must consist only of printable ASCII characters other than '='";
}

/** Keys of a Secret's data. */
export function dataKeyProblem(value: string): string | null {
  if (value.length > 253) return 'must be no more than 253 characters';
  if (/^[-._a-zA-Z0-9]+$/.test(value) && value !== '.' && value !== '..' && !value.startsWith('..'))
    return null;
  return (
    "a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or 'KEY_NAME',  or " +
    "'key-name', regex used for validation is '[-._a-zA-Z0-9]+')"
  );
}
