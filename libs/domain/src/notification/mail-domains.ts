const DOMAIN = /^[^\s@/?#%:[\]\\<>(),;"]+$/;

/** The domain of an address as mail servers see it: ASCII, lower-case, without a dot at the end. Null: it has none. */
export function mailDomainOf(address: string): string | null {
  const at = address.lastIndexOf('@');
  return at < 1 ? null : toAsciiDomain(address.slice(at + 1));
}

/** An entry of a list of domains, `example.com` or `*.example.com`, in the form that is compared. Null: it is no domain. */
export function parseMailDomain(text: string): string | null {
  const isWild = text.startsWith('*.');
  const domain = toAsciiDomain(isWild ? text.slice(2) : text);
  return domain === null || domain.includes('*') ? null : `${isWild ? '*.' : ''}${domain}`;
}

/** Whether mail may go there. `*.example.com` allows every domain below example.com. @param domains null: any */
export function isMailAllowed(address: string, domains: readonly string[] | null): boolean {
  if (domains === null) return true;
  const domain = mailDomainOf(address);
  return (
    domain !== null &&
    domains.some((entry) => (entry.startsWith('*.') ? domain.endsWith(entry.slice(1)) : domain === entry))
  );
}

/** The address with its domain in ASCII, so that mail goes to the domain that was compared. */
export function withAsciiDomain(address: string): string {
  const domain = mailDomainOf(address);
  return domain === null ? address : `${address.slice(0, address.lastIndexOf('@'))}@${domain}`;
}

function toAsciiDomain(text: string): string | null {
  if (!DOMAIN.test(text) || !URL.canParse(`http://${text}/`)) return null;
  const name = new URL(`http://${text}/`).hostname.replace(/\.$/, '');
  return name === '' || name.startsWith('.') || name.includes('..') ? null : name;
}
