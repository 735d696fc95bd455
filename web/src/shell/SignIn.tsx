import type { Session } from '../api/session';
import { FileLink } from '../ui/Button';
import { Empty } from '../ui/Empty';
import { words } from '../words';
import { usePageTitle } from './usePageTitle';

/** Cognito's page on AWS; on this machine the way in is the link that the command printed. */
export function SignInLink({ session }: { session: Session }) {
  if (!session.signIn) return <p>{words.landing.local}</p>;
  return <div><FileLink href={session.signIn} look="primary">{words.landing.signIn}</FileLink></div>;
}

export function SignIn({ session }: { session: Session }) {
  usePageTitle(words.signIn.title);
  return (
    <Empty icon="info" title={words.signIn.title} heading="h1" action={<SignInLink session={session} />}>
      {words.signIn.body}
    </Empty>
  );
}
