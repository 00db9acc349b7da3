/** Whether a host is this machine, judged by its text alone. @param hostname as `URL.hostname` has it */
export function isLoopbackName(hostname: string): boolean {
  return /(^|\.)localhost$/.test(hostname) || /^127(\.\d{1,3}){3}$/.test(hostname) || hostname === '[::1]';
}
