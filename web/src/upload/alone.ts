// Two tabs know of the same upload; one of them sends it. The browser takes the lock from a tab that is closed.
import { Told } from '../api/problem';
import { words } from '../words';

const nameOf = (uploadId: string) => `spaceport.upload.${uploadId}`;

/** Throws Told while another tab sends it. */
export async function alone(uploadId: string, send: () => Promise<void>): Promise<void> {
  if (!navigator.locks) return send();
  await navigator.locks.request(nameOf(uploadId), { ifAvailable: true }, (lock) => {
    if (!lock) throw new Told(words.upload.otherTab);
    return send();
  });
}

export async function isSentElsewhere(uploadId: string): Promise<boolean> {
  const known = await navigator.locks?.query();
  return known?.held?.some(({ name }) => name === nameOf(uploadId)) ?? false;
}

/** When no tab sends it any more. */
export async function whenFree(uploadId: string): Promise<void> {
  await navigator.locks?.request(nameOf(uploadId), () => undefined);
}
