// How every page asks the API.
import { QueryCache, QueryClient } from '@tanstack/react-query';
import { ApiError } from './problem';

/** A refusal stays a refusal; what may pass is tried again, more and more slowly. */
function worthRetrying(failures: number, error: unknown): boolean {
  return failures < 3 && (!(error instanceof ApiError) || error.isPassing);
}

/** A session that has ended is found out by the first request that is refused. */
const queryCache = new QueryCache({
  onError: (error, query) => {
    if (error instanceof ApiError && error.status === 401 && query.queryKey[0] !== 'session') {
      void client.invalidateQueries({ queryKey: ['session'] });
    }
  },
});

export const client: QueryClient = new QueryClient({
  queryCache,
  defaultOptions: { queries: { retry: worthRetrying, staleTime: 2000 } },
});
