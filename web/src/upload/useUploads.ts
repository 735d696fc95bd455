import { useSyncExternalStore } from 'react';
import { Uploads } from './manager';

export const uploads = new Uploads();

export function useUploads() {
  return useSyncExternalStore(uploads.subscribe, uploads.current);
}

/** An upload goes on whatever page is shown: before all of them are closed, the browser asks. */
window.addEventListener('beforeunload', (event) => {
  if (uploads.isSending) event.preventDefault();
});
