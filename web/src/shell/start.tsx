import { QueryClientProvider } from '@tanstack/react-query';
import { type ReactNode, StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { client } from '../api/queries';
import { SIGNED_OUT, storeTokens } from '../auth/tokens';
import '../styles/base.css';
import { Notice } from '../ui/Notice';
import { words } from '../words';
import { showRememberedTheme } from './theme';

/** Puts an app into the page; back from a sign-in, once that is settled. */
export async function start(app: ReactNode): Promise<void> {
  showRememberedTheme();
  new BroadcastChannel(SIGNED_OUT).onmessage = () => {
    storeTokens(null);
    void client.resetQueries();
  };
  const refused = await settleSignIn();
  createRoot(document.getElementById('root') as HTMLElement).render(
    <StrictMode>
      <QueryClientProvider client={client}>
        {refused ? <Notice tone="bad" title={words.signIn.failed}>{refused}</Notice> : null}
        {app}
      </QueryClientProvider>
    </StrictMode>,
  );
}

/** Why it did not work, where it did not. */
async function settleSignIn(): Promise<string | null> {
  const told = new URLSearchParams(location.search);
  if (!told.has('state') || !(told.has('code') || told.has('error'))) return null;
  try {
    await (await import('../auth/cognito')).completeSignIn();
    return null;
  } catch (error) {
    if (error instanceof TypeError) return words.signIn.unreachable;
    return told.get('error_description') ?? (error instanceof Error ? error.message : String(error));
  }
}
