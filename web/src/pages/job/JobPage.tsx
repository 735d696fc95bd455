import { Link } from 'wouter';
import { type JobEvent, useJobEvents } from '../../api/events';
import { fileOf } from '../../api/files';
import { isOpen, useJob } from '../../api/jobs';
import { ApiError } from '../../api/problem';
import type { JobStatus } from '../../api/schema';
import { moment } from '../../format';
import { NotFound } from '../../shell/NotFound';
import { usePageTitle } from '../../shell/usePageTitle';
import { FileImage } from '../../ui/FileImage';
import { ErrorNotice, Notice } from '../../ui/Notice';
import { StatusChip } from '../../ui/StatusChip';
import { Waiting } from '../../ui/Waiting';
import { words } from '../../words';
import { Actions } from './Actions';
import { Downloads } from './Downloads';
import styles from './JobPage.module.css';
import { Live } from './Live';
import { Log } from './Log';
import { Outcome } from './Outcome';
import { Placed } from './Placed';
import { ShareIt } from './ShareIt';
import { Timeline } from './Timeline';

export default function JobPage({ id }: { id: string }) {
  const job = useJob(id);
  const { events, lostForS } = useJobEvents(id, job.data?.attempt);
  usePageTitle(job.data?.title ?? words.captures.title);
  if (job.error instanceof ApiError && job.error.status === 404) {
    return job.data ? <NotFound title={words.errors.deleted}>{words.errors.deletedBody}</NotFound> : <NotFound />;
  }
  if (!job.data) {
    return (
      <>
        <h1 className="visually-hidden">{words.job.loading}</h1>
        {job.error ? <ErrorNotice error={job.error} onRetry={() => job.refetch()} /> : <Waiting lines={7} />}
      </>
    );
  }
  const isLost = lostForS !== null || (job.isRefetchError && isOpen(job.data.status));
  return (
    <>
      <Head job={job.data} />
      {isLost ? <Notice tone="warn" title={words.job.lost}>{words.job.lostBody}</Notice> : null}
      <Outcome job={job.data} />
      <div className={styles.columns}>
        <div className={styles.column}>
          <Timeline job={job.data} />
          <Live job={job.data} events={ofAttempt(events, job.data.attempt)} />
          <Placed job={job.data} events={ofAttempt(events, job.data.attempt)} />
        </div>
        <div className={styles.column}>
          {job.data.scene ? <><ShareIt job={job.data} /><Downloads job={job.data} /></> : null}
          <Log events={events} />
        </div>
      </div>
    </>
  );
}

function ofAttempt(events: readonly JobEvent[], attempt: number): readonly JobEvent[] {
  return events.filter((event) => event.attempt === attempt);
}

function Head({ job }: { job: JobStatus }) {
  const title = job.title || words.captures.untitled;
  return (
    <header className={styles.head}>
      <p className={styles.back}><Link href="/captures">{words.job.back}</Link></p>
      <div className={styles.titles}>
        <div>
          <h1>{title}</h1>
          <p className={styles.facts}>
            <StatusChip status={job.status} />
            <time dateTime={job.created_at}>{words.job.created(moment(job.created_at))}</time>
            {job.attempt > 1 ? <span>{words.job.attempt(job.attempt)}</span> : null}
          </p>
        </div>
        <Actions job={job} />
      </div>
      {job.scene ? (
        <Link href={`/view/${job.job_id}`} className={styles.hero} aria-label={words.job.view}>
          <FileImage path={fileOf(job.job_id, 'preview.png')} alt={words.captures.preview(title)} width={960} height={540} />
          <span className={styles.heroLabel}>{words.job.view}</span>
        </Link>
      ) : null}
    </header>
  );
}
