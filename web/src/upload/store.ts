// Which uploads this browser has begun and not ended, so that a reload finds them; nothing of the photos.
import type { Wishes } from './manager';

export interface Remembered {
  uploadId: string;
  wishes: Wishes;
}

const KEY = 'spaceport.uploads';
const EMAIL = 'spaceport.email';

export function remembered(): Remembered[] {
  try {
    const value: unknown = JSON.parse(localStorage.getItem(KEY) ?? '[]');
    return Array.isArray(value) ? (value as Remembered[]).filter((each) => typeof each?.uploadId === 'string') : [];
  } catch {
    return []; // not ours, or torn: nothing is remembered
  }
}

/** `wishes` null: it is over. */
export function remember(uploadId: string, wishes: Wishes | null): void {
  const others = remembered().filter((each) => each.uploadId !== uploadId);
  localStorage.setItem(KEY, JSON.stringify(wishes ? [...others, { uploadId, wishes }] : others));
}

export function lastEmail(): string {
  return localStorage.getItem(EMAIL) ?? '';
}

export function keepEmail(email: string): void {
  localStorage.setItem(EMAIL, email);
}
