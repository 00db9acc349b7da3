/** Cannot be seen, or changes how the text around it is shown. */
const HIDDEN = /[\p{Cc}\p{Cf}\p{Default_Ignorable_Code_Point}\p{Zl}\p{Zp}]/u;
const HIDDEN_ANYWHERE = new RegExp(HIDDEN.source, 'gu');

/**
 * An email as a key: one account has one key, however its letters are written: upper and lower case, composed or not,
 * full-width, with characters that cannot be seen, or a domain in its ASCII form.
 */
export function foldEmail(email: string): string {
  const text = email.normalize('NFKC').replace(HIDDEN_ANYWHERE, '').trim().toLowerCase();
  const folded = text.replaceAll('ß', 'ss').replaceAll('ς', 'σ').normalize('NFKC');
  const domainAt = folded.lastIndexOf('@') + 1;
  return domainAt === 0 ? folded : folded.slice(0, domainAt) + foldDomain(folded.slice(domainAt));
}

/** True if both emails name the same account. */
export function isSameEmail(one: string, other: string): boolean {
  return one === other || foldEmail(one) === foldEmail(other);
}

/** False for an email that passes for another one: with characters that cannot be seen, look-alikes such as full-width letters, or a final dot. */
export function isPlainEmail(email: string): boolean {
  return !HIDDEN.test(email) && email.normalize('NFKC') === email.normalize('NFC') && !email.endsWith('.');
}

/** Also for a domain that does not exist. */
function foldDomain(domain: string): string {
  const name = domain.replace(/\.+$/, '');
  const isAscii = /^[\x20-\x7e]*$/.test(name);
  if (isAscii || !/^[\p{L}\p{M}\p{N}.-]+$/u.test(name) || !URL.canParse(`http://${name}`)) return name;
  return new URL(`http://${name}`).hostname;
}
