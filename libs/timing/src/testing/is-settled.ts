/** Whether a promise has settled once all microtasks have run. */
export async function isSettled(work: Promise<unknown>): Promise<boolean> {
  let hasSettled = false;
  const note = () => (hasSettled = true);
  work.then(note, note);
  for (let turn = 0; turn < 20; turn++) await Promise.resolve();
  return hasSettled;
}
