import { QueryCache, QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { ApiError } from './api/problem';
import { App } from './shell/App';
import { showRememberedTheme } from './shell/theme';
import './styles/base.css';

showRememberedTheme();

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

const client: QueryClient = new QueryClient({
  queryCache,
  defaultOptions: { queries: { retry: worthRetrying, staleTime: 2000 } },
});

createRoot(document.getElementById('root') as HTMLElement).render(
  <StrictMode>
    <QueryClientProvider client={client}>
      <App />
    </QueryClientProvider>
  </StrictMode>,
);
