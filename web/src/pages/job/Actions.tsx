import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useLocation } from 'wouter';
import { cancelJob, deleteJob, isOpen } from '../../api/jobs';
import type { JobStatus } from '../../api/schema';
import { Button } from '../../ui/Button';
import { Confirm } from '../../ui/Confirm';
import { words } from '../../words';
import styles from './Actions.module.css';

/** Cancel while it runs; delete at any time. Both ask first. */
export function Actions({ job }: { job: JobStatus }) {
  const client = useQueryClient();
  const [, go] = useLocation();
  const [asking, setAsking] = useState<'cancel' | 'delete' | null>(null);
  const close = () => setAsking(null);
  const remove = async () => {
    await deleteJob(job.job_id, client);
    go('/captures');
  };
  return (
    <div className={styles.actions}>
      {isOpen(job.status) ? <Button onClick={() => setAsking('cancel')}>{words.job.cancel}</Button> : null}
      <Button look="quiet" icon="trash" onClick={() => setAsking('delete')}>{words.job.delete}</Button>
      <Confirm open={asking === 'cancel'} title={words.job.cancelTitle} body={words.job.cancelBody}
        action={words.job.cancel} onClose={close} run={() => cancelJob(job.job_id, client)} />
      <Confirm open={asking === 'delete'} title={words.job.deleteTitle(job.title)} body={words.job.deleteBody}
        action={words.job.delete} onClose={close} run={remove} />
    </div>
  );
}
