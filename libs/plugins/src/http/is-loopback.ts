/** Returns true if the host is loopback, judged by its text alone: names that resolve to loopback do not count. */
export function isLoopback({ hostname }: URL): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127(\.\d{1,3}){3}$/.test(hostname);
}
