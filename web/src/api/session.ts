import { useQuery } from '@tanstack/react-query';
import { ApiError } from './problem';

export interface Session {
  signedIn: boolean;
  subject: string | null;
  mode: 'local' | 'cognito';
  /** Where to sign in; null when the way in is the link that `spaceport up` prints. */
  signIn: string | null;
}

async function fetchSession(): Promise<Session> {
  const response = await fetch('/session', { credentials: 'same-origin' });
  if (!response.ok) throw new ApiError(response.status, null);
  return (await response.json()) as Session;
}

export function useSession() {
  return useQuery({ queryKey: ['session'], queryFn: fetchSession, staleTime: 60_000 });
}
