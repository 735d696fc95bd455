import { Redirect } from 'wouter';
import { useJobs } from '../../api/jobs';
import { useSession } from '../../api/session';
import { ErrorNotice } from '../../ui/Notice';
import { Waiting } from '../../ui/Waiting';
import { Landing } from './Landing';

/** The landing page for whoever has nothing here yet; the captures for whoever has. */
export default function HomePage() {
  const session = useSession();
  if (session.error) return <ErrorNotice error={session.error} onRetry={() => session.refetch()} />;
  if (!session.data) return <Waiting lines={5} />;
  return session.data.signedIn ? <Mine /> : <Landing session={session.data} />;
}

function Mine() {
  const jobs = useJobs(null);
  if (jobs.isPending) return <Waiting lines={5} />;
  const hasJobs = jobs.data?.pages.some((page) => page.jobs.length > 0);
  return hasJobs ? <Redirect to="/captures" replace /> : <Landing session={null} />;
}
