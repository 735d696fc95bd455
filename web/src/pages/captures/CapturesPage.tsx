import { useState } from 'react';
import { isOpen, useJobs } from '../../api/jobs';
import type { JobSummary, Status } from '../../api/schema';
import { usePageTitle } from '../../shell/usePageTitle';
import { Button, ButtonLink } from '../../ui/Button';
import { Empty } from '../../ui/Empty';
import { ErrorNotice } from '../../ui/Notice';
import { Waiting } from '../../ui/Waiting';
import { words } from '../../words';
import { CaptureCard } from './CaptureCard';
import styles from './CapturesPage.module.css';
import { fits } from './search';

const STATUSES = Object.keys(words.status) as Status[];

export default function CapturesPage() {
  usePageTitle(words.captures.title);
  const [status, setStatus] = useState<Status | null>(null);
  const [text, setText] = useState('');
  const query = useJobs(status);
  const jobs = query.data?.pages.flatMap((page) => page.jobs) ?? [];
  const shown = jobs.filter((job) => fits(job, text));
  const clear = () => {
    setText('');
    setStatus(null);
  };
  const isEmpty = query.isSuccess && jobs.length === 0 && status === null;
  return (
    <>
      <div className={styles.head}>
        <h1>{words.captures.title}</h1>
        {isEmpty ? null : (
          <search className={styles.search}>
            <label className={styles.field}>
              <span>{words.captures.search}</span>
              <input type="search" value={text} onChange={(event) => setText(event.target.value)} />
            </label>
            <label className={styles.field}>
              <span>{words.captures.status}</span>
              <select value={status ?? ''} onChange={(event) => setStatus((event.target.value || null) as Status | null)}>
                <option value="">{words.captures.all}</option>
                {STATUSES.map((each) => <option key={each} value={each}>{words.status[each]}</option>)}
              </select>
            </label>
          </search>
        )}
      </div>
      {query.error && jobs.length === 0 ? <ErrorNotice error={query.error} onRetry={() => query.refetch()} /> : null}
      {query.isPending ? <Waiting lines={6} /> : null}
      {isEmpty ? <NoCaptures /> : null}
      {query.isSuccess && !isEmpty && shown.length === 0 ? (
        <Empty icon="search" title={words.captures.noneFound} action={<Button onClick={clear}>{words.captures.clear}</Button>}>
          {words.captures.noneFoundBody}
        </Empty>
      ) : null}
      <Cards jobs={shown} />
      {query.hasNextPage ? (
        <p className={styles.more}>
          <Button busy={query.isFetchingNextPage} onClick={() => query.fetchNextPage()}>{words.captures.more}</Button>
        </p>
      ) : null}
    </>
  );
}

export function Cards({ jobs }: { jobs: readonly JobSummary[] }) {
  if (jobs.length === 0) return null;
  const open = jobs.filter((job) => isOpen(job.status));
  const over = jobs.filter((job) => !isOpen(job.status));
  return (
    <ul className={styles.cards}>
      {[...open, ...over].map((job) => <li key={job.job_id}><CaptureCard job={job} /></li>)}
    </ul>
  );
}

function NoCaptures() {
  return (
    <Empty icon="drone" title={words.captures.emptyTitle} action={
      <div className={styles.actions}>
        <ButtonLink href="/new" look="primary" icon="plus">{words.captures.emptyAction}</ButtonLink>
        <ButtonLink href="/plan-flight" icon="route">{words.captures.emptyPlan}</ButtonLink>
      </div>
    }>
      <p>{words.captures.emptyBody}</p>
    </Empty>
  );
}
