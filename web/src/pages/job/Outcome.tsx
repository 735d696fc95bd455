import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { replayJob, STEP_OF, stageToRetry } from '../../api/jobs';
import type { JobStatus, Quality } from '../../api/schema';
import { Button, ButtonLink } from '../../ui/Button';
import { ErrorNotice, Notice } from '../../ui/Notice';
import { words } from '../../words';
import { QualitySelect } from './QualitySelect';

/** What came of it: why it failed, what to do, and going on from there. */
export function Outcome({ job }: { job: JobStatus }) {
  if (job.status === 'rejected') {
    return (
      <Notice tone="bad" title={words.job.rejectedTitle} actions={
        <ButtonLink href="/new" look="primary">{words.job.newCapture}</ButtonLink>
      }>
        <p>{job.reason}</p><p>{job.remedy}</p>
      </Notice>
    );
  }
  if (job.status === 'failed') {
    return (
      <Notice tone="bad" title={words.job.failedTitle} actions={<Retry job={job} />}>
        <p>{job.reason}</p><p>{job.remedy}</p>
      </Notice>
    );
  }
  if (job.status === 'cancelled') {
    return <Notice title={words.job.cancelledTitle} actions={<Retry job={job} />}>{words.job.cancelledBody}</Notice>;
  }
  return null;
}

function Retry({ job }: { job: JobStatus }) {
  const client = useQueryClient();
  const [quality, setQuality] = useState<Quality | null>(null);
  const stage = stageToRetry(job);
  const retry = useMutation({ mutationFn: () => replayJob(job.job_id, STEP_OF[stage], quality, client) });
  return (
    <>
      <QualitySelect value={quality} onChange={setQuality} />
      <Button look="primary" icon="repeat" busy={retry.isPending} onClick={() => retry.mutate()}>
        {words.job.retry(words.stage[stage])}
      </Button>
      {retry.error ? <ErrorNotice error={retry.error} /> : null}
    </>
  );
}
