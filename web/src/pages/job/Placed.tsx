import { lazy, Suspense, useMemo } from 'react';
import type { JobEvent } from '../../api/events';
import { useGeo, usePositions } from '../../api/geo';
import { isOpen } from '../../api/jobs';
import type { JobStatus } from '../../api/schema';
import { count } from '../../format';
import type { MapPhoto } from '../../map/PhotoMap';
import { ErrorBoundary } from '../../shell/ErrorBoundary';
import { Panel } from '../../ui/Panel';
import { Waiting } from '../../ui/Waiting';
import { words } from '../../words';
import { countOf, photosSoFar, placedPhotos, rollOf } from './placed';
import styles from './Placed.module.css';

const PhotoMap = lazy(() => import('../../map/PhotoMap'));

/** The photos on a map: while sfm puts them together as they say it, then where they are. */
export function Placed({ job, events }: { job: JobStatus; events: readonly JobEvent[] }) {
  const isKnown = job.stages.some(({ stage, state }) => stage === 'sfm' && (state === 'done' || state === 'skipped'));
  const geo = useGeo(job.job_id, job.attempt, isKnown).data;
  const positions = usePositions(job.job_id, !isKnown && job.status !== 'rejected').data?.photos;
  const roll = rollOf(events, job.progress);
  const photos = useMemo(
    () => (geo ? placedPhotos(geo) : positions ? photosSoFar(positions, roll) : []),
    [geo, positions, roll],
  );
  if (photos.length === 0) return null;
  const note = geo
    ? words.job.placedBody(count(photos.length, 'photo'))
    : words.job.placing(countOf(roll), positions?.length ?? 0, !isOpen(job.status));
  return <OnMap jobId={job.job_id} photos={photos} note={note} />;
}

function OnMap({ jobId, photos, note }: { jobId: string; photos: readonly MapPhoto[]; note: string }) {
  return (
    <Panel title={words.job.placed}>
      <div className={styles.box}>
        <ErrorBoundary resetKey={jobId}>
          <Suspense fallback={<Waiting lines={4} />}><PhotoMap photos={photos} name={words.job.placedMap} /></Suspense>
        </ErrorBoundary>
      </div>
      <p className={styles.note}>{note}</p>
    </Panel>
  );
}
