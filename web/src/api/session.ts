import { useQuery } from '@tanstack/react-query';
import { signInConfig } from '../auth/config';
import { accessToken, storedTokens } from '../auth/tokens';
import { ApiError } from './problem';

export interface Session {
  signedIn: boolean;
  subject: string | null;
  /** How people sign in here. */
  mode: 'local' | 'cognito' | 'own';
}

async function fetchSession(): Promise<Session> {
  const { kind: mode } = await signInConfig();
  if (mode !== 'local') {
    const isIn = (await accessToken()) !== null;
    return { signedIn: isIn, subject: isIn ? (storedTokens()?.subject ?? null) : null, mode };
  }
  const response = await fetch('/session', { credentials: 'same-origin' });
  if (!response.ok) throw new ApiError(response.status, null);
  const { signedIn, subject } = (await response.json()) as Omit<Session, 'mode'>;
  return { signedIn, subject, mode };
}

export function useSession() {
  return useQuery({ queryKey: ['session'], queryFn: fetchSession, staleTime: 60_000 });
}
