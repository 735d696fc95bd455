import { useState } from 'react';
import type { JobEvent } from '../../api/events';
import { fileOf } from '../../api/files';
import type { JobStatus } from '../../api/schema';
import { number } from '../../format';
import { FileImage } from '../../ui/FileImage';
import { Panel } from '../../ui/Panel';
import { words } from '../../words';
import { course, polyline } from './curve';
import styles from './Live.module.css';

const WIDTH = 600;
const HEIGHT = 140;

/** How well the scene predicts photos that it is not trained on, step by step. */
export function Live({ job, events }: { job: JobStatus; events: readonly JobEvent[] }) {
  const progress = job.stage === 'train' ? job.progress : null;
  const samples = course(events, progress, 'psnr_db');
  const [first, last] = [samples[0], samples.at(-1)];
  if (!first || !last || (samples.length < 2 && !progress)) return null;
  const values = samples.map(({ value }) => value);
  return (
    <Panel title={words.job.psnr}>
      {progress ? <LookSoFar jobId={job.job_id} looks={samples.length} /> : null}
      {samples.length < 2 ? null : <figure className={styles.figure}>
        <svg viewBox={`-4 -8 ${WIDTH + 8} ${HEIGHT + 16}`} preserveAspectRatio="none" aria-hidden="true" className={styles.chart}>
          <polyline className={styles.line} points={polyline(samples, WIDTH, HEIGHT)} vectorEffect="non-scaling-stroke" />
        </svg>
        <div className={styles.scale} aria-hidden="true">
          <span>{number(Math.max(...values))} dB</span>
          <span>{number(Math.min(...values))} dB</span>
        </div>
        <figcaption className={styles.caption}>{words.job.psnrBody(number(first.value), number(last.value), !progress)}</figcaption>
      </figure>}
    </Panel>
  );
}

/** A photo that does not train beside its render: a new one with every look. */
function LookSoFar({ jobId, looks }: { jobId: string; looks: number }) {
  const [missing, setMissing] = useState(0);
  if (missing === looks) return null;
  return (
    <figure className={styles.look}>
      <FileImage path={fileOf(jobId, 'look.jpg')} version={looks} alt={words.job.lookAlt} onError={() => setMissing(looks)} />
      <figcaption className={styles.caption}>{words.job.look}</figcaption>
    </figure>
  );
}
