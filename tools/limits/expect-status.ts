/** The JSON body of a reply; null if it is empty. @throws Error when the status is another one */
export async function expectStatus(reply: Response, status: number): Promise<unknown> {
  const text = await reply.text();
  if (reply.status !== status) throw new Error(`expected ${status}, got ${reply.status}: ${text}`);
  return text === '' ? null : (JSON.parse(text) as unknown);
}
