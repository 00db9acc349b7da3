/** Kubernetes' rules for names, keys and values. */
const DNS_LABEL = '[a-z0-9](?:[-a-z0-9]*[a-z0-9])?';
const DNS_SUBDOMAIN = new RegExp(`^${DNS_LABEL}(?:\\.${DNS_LABEL})*$`);
const DNS_LABEL_ONLY = new RegExp(`^${DNS_LABEL}$`);
const NAME_PART = /^(?:[A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]$/;

const MAX_SUBDOMAIN_LENGTH = 253;
const MAX_NAME_PART_LENGTH = 63;

/** The rule for names of service accounts, Secrets and most other objects. */
export function isDnsSubdomain(text: string): boolean {
  return text.length <= MAX_SUBDOMAIN_LENGTH && DNS_SUBDOMAIN.test(text);
}

/** The rule for names of namespaces. */
export function isDnsLabel(text: string): boolean {
  return text.length <= MAX_NAME_PART_LENGTH && DNS_LABEL_ONLY.test(text);
}

/** The rule for keys of labels, taints and annotations: `name` or `dns.prefix/name`. */
export function isQualifiedName(text: string): boolean {
  const parts = text.split('/');
  const name = parts.at(-1) ?? '';
  return parts.length <= 2 && isNamePart(name) && (parts.length === 1 || isDnsSubdomain(parts[0] ?? ''));
}

/** The rule for values of labels and taints. */
export function isLabelValue(text: string): boolean {
  return text === '' || isNamePart(text);
}

function isNamePart(text: string): boolean {
  return text.length <= MAX_NAME_PART_LENGTH && NAME_PART.test(text);
}
