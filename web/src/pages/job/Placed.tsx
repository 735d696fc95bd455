import { lazy, Suspense, useMemo } from 'react';
import { useGeo } from '../../api/geo';
import type { JobStatus } from '../../api/schema';
import { count } from '../../format';
import { ErrorBoundary } from '../../shell/ErrorBoundary';
import { Panel } from '../../ui/Panel';
import { Waiting } from '../../ui/Waiting';
import { words } from '../../words';
import { placedPhotos } from './placed';
import styles from './Placed.module.css';

const PhotoMap = lazy(() => import('../../map/PhotoMap'));

/** The photos on a map as soon as sfm has placed them, long before there is a scene. */
export function Placed({ job }: { job: JobStatus }) {
  const isKnown = job.stages.some(({ stage, state }) => stage === 'sfm' && (state === 'done' || state === 'skipped'));
  const geo = useGeo(job.job_id, job.attempt, isKnown).data;
  const photos = useMemo(() => (geo ? placedPhotos(geo) : []), [geo]);
  if (photos.length === 0) return null;
  return (
    <Panel title={words.job.placed}>
      <div className={styles.box}>
        <ErrorBoundary resetKey={job.job_id}>
          <Suspense fallback={<Waiting lines={4} />}><PhotoMap photos={photos} name={words.job.placedMap} /></Suspense>
        </ErrorBoundary>
      </div>
      <p className={styles.note}>{words.job.placedBody(count(photos.length, 'photo'))}</p>
    </Panel>
  );
}
