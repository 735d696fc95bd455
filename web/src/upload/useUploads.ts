import { useEffect, useSyncExternalStore } from 'react';
import { Uploads } from './manager';

export const uploads = new Uploads();

export function useUploads() {
  return useSyncExternalStore(uploads.subscribe, uploads.current);
}

/** The browser asks before a page is closed that still sends. */
export function useGuard(): void {
  useEffect(() => {
    const ask = (event: BeforeUnloadEvent) => {
      if (uploads.isSending) event.preventDefault();
    };
    window.addEventListener('beforeunload', ask);
    return () => window.removeEventListener('beforeunload', ask);
  }, []);
}
