import { request } from 'node:http';
import { text } from 'node:stream/consumers';

/**
 * Sends a request to a service on this machine, on any port: `fetch` refuses those that browsers refuse, such as 6000. No
 * proxy is asked.
 * @param {string} url
 * @param {{ method?: string, headers?: Record<string, string>, body?: string, timeoutMs: number }} options
 * @returns {Promise<{ status: number, text: string }>}
 */
export function requestLocal(url, { method = 'GET', headers = {}, body, timeoutMs }) {
  return new Promise((resolve, reject) => {
    const signal = AbortSignal.timeout(timeoutMs);
    const sent = request(url, { method, headers, signal, agent: false }, (response) => {
      text(response).then((read) => resolve({ status: response.statusCode ?? 0, text: read }), reject);
    });
    sent.on('error', reject);
    sent.end(body);
  });
}
