import { useMutation } from '@tanstack/react-query';
import type { Session } from '../api/session';
import { Button } from '../ui/Button';
import { Empty } from '../ui/Empty';
import { ErrorNotice } from '../ui/Notice';
import { words } from '../words';
import { usePageTitle } from './usePageTitle';

/** Cognito's page on AWS; on this machine the way in is the link that the command printed. */
export function SignInWay({ session }: { session: Session }) {
  const go = useMutation({ mutationFn: async () => (await import('../auth/cognito')).signIn() });
  if (session.mode === 'local') return <p>{words.landing.local}</p>;
  if (session.mode === 'own') return <p>{words.landing.own}</p>;
  return (
    <div>
      <Button look="primary" busy={go.isPending} onClick={() => go.mutate()}>{words.landing.signIn}</Button>
      {go.error ? <ErrorNotice error={go.error} /> : null}
    </div>
  );
}

export function SignOut() {
  const go = useMutation({ mutationFn: async () => (await import('../auth/cognito')).signOut() });
  return <Button look="quiet" busy={go.isPending} onClick={() => go.mutate()}>{words.signIn.out}</Button>;
}

export function SignIn({ session }: { session: Session }) {
  usePageTitle(words.signIn.title);
  return (
    <Empty icon="info" title={words.signIn.title} heading="h1" action={<SignInWay session={session} />}>
      {words.signIn.body}
    </Empty>
  );
}
