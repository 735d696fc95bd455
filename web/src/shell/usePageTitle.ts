import { useEffect } from 'react';
import { words } from '../words';

export function usePageTitle(page: string | null): void {
  useEffect(() => {
    document.title = words.title(page);
  }, [page]);
}
