import { useGeo } from '../../api/geo';
import type { JobStatus } from '../../api/schema';
import { Sharing } from '../../sharing/Sharing';
import { Panel } from '../../ui/Panel';
import { subject } from '../../viewer/engine/geo';
import { encodeView, overview } from '../../viewer/engine/view';
import { words } from '../../words';

/** The links begin where the viewer begins for the owner: a visitor's has no photos to go by. */
export function ShareIt({ job }: { job: JobStatus }) {
  const geo = useGeo(job.job_id, job.attempt, true).data;
  const seen = geo ? subject(geo) : null;
  const view = seen && encodeView(overview(seen.centre, seen.radius));
  return (
    <Panel title={words.sharing.title}>
      <Sharing jobId={job.job_id} title={job.title || words.captures.untitled} view={view} />
    </Panel>
  );
}
