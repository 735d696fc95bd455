import { useQuery } from '@tanstack/react-query';
import { fileOf } from '../../api/jobs';
import type { JobStatus } from '../../api/schema';
import { Sharing } from '../../sharing/Sharing';
import { Panel } from '../../ui/Panel';
import { readGeo, subject } from '../../viewer/engine/geo';
import { encodeView, overview } from '../../viewer/engine/view';
import { words } from '../../words';

/** Where the viewer begins for the owner; a visitor's has no photos to find it by. */
async function fetchFirstView(jobId: string): Promise<string | null> {
  const response = await fetch(fileOf(jobId, 'geo.json'), { credentials: 'same-origin' });
  const seen = response.ok ? subject(readGeo(await response.json())) : null;
  return seen && encodeView(overview(seen.centre, seen.radius));
}

export function ShareIt({ job }: { job: JobStatus }) {
  const view = useQuery({
    queryKey: ['first view', job.job_id, job.attempt],
    queryFn: () => fetchFirstView(job.job_id),
    staleTime: Number.POSITIVE_INFINITY,
  });
  return (
    <Panel title={words.sharing.title}>
      <Sharing jobId={job.job_id} title={job.title || words.captures.untitled} view={view.data ?? null} />
    </Panel>
  );
}
