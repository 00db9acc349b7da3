/** Does this address stay on the machine? By its text alone: a name that resolves to loopback does not count. */
export function isLoopback({ hostname }: URL): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127(\.\d{1,3}){3}$/.test(hostname);
}
