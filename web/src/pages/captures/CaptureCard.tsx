import { useState } from 'react';
import { Link } from 'wouter';
import { fileOf } from '../../api/files';
import type { JobSummary } from '../../api/schema';
import { moment } from '../../format';
import { FileImage } from '../../ui/FileImage';
import { Icon } from '../../ui/Icon';
import { StatusChip } from '../../ui/StatusChip';
import { words } from '../../words';
import styles from './CaptureCard.module.css';

/** One capture: a picture once there is one, its name, how it stands. The whole card is the link. */
export function CaptureCard({ job }: { job: JobSummary }) {
  const title = job.title || words.captures.untitled;
  return (
    <article className={styles.card}>
      <Picture job={job} title={title} />
      <div className={styles.text}>
        <h2 className={styles.title}>
          <Link href={`/captures/${job.job_id}`} className={styles.link}>{title}</Link>
        </h2>
        <p className={styles.facts}>
          <StatusChip status={job.status} />
          {job.status === 'running' && job.stage ? <span>{words.stageShort[job.stage]}</span> : null}
          <time dateTime={job.created_at}>{moment(job.created_at)}</time>
        </p>
      </div>
    </article>
  );
}

function Picture({ job, title }: { job: JobSummary; title: string }) {
  const [missing, setMissing] = useState(false);
  if (job.status === 'delivered' && !missing) {
    return (
      <FileImage className={styles.picture} path={fileOf(job.job_id, 'preview.png')} alt={words.captures.preview(title)}
        loading="lazy" decoding="async" width={480} height={300} onError={() => setMissing(true)} />
    );
  }
  const icon = job.status === 'failed' || job.status === 'rejected' ? 'warn' : 'cube';
  return <div className={styles.blank} aria-hidden="true"><Icon name={icon} size={36} /></div>;
}
