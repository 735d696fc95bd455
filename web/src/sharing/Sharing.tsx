import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useId, useState } from 'react';
import type { NewShare, ShareShown } from '../api/schema';
import { makeShare, useShares, withdrawShare } from '../api/shares';
import { moment } from '../format';
import { Button } from '../ui/Button';
import { Copied } from '../ui/Copied';
import { ErrorNotice } from '../ui/Notice';
import { words } from '../words';
import { addressOf, embedPathOf, frameCode } from './links';
import styles from './Sharing.module.css';

interface Props {
  jobId: string;
  title: string;
  /** `view=...`, which the links open with; null: wherever the scene begins. */
  view: string | null;
}

const DAYS = [1, 7, 30, 365];
const USUAL_DAYS = 30;

/** Makes links that work without signing in, lists those that still work, and takes them back. */
export function Sharing({ jobId, title, view }: Props) {
  const client = useQueryClient();
  const [days, setDays] = useState(USUAL_DAYS);
  const [showsPlace, setShowsPlace] = useState(false);
  const select = useId();
  const make = useMutation({ mutationFn: () => makeShare(jobId, { days, showsPlace }, client) });
  const shares = useShares(jobId);
  const open = shares.data?.shares ?? [];
  const made = open.some(({ shareId }) => shareId === make.data?.shareId) ? make.data : undefined;
  return (
    <div className={styles.sharing}>
      <p className={styles.soft}>{words.sharing.intro}</p>
      <div className={styles.make}>
        <div className={styles.field}>
          <label htmlFor={select}>{words.sharing.days}</label>
          <select id={select} value={days} onChange={(event) => setDays(Number(event.target.value))}>
            {DAYS.map((each) => <option key={each} value={each}>{words.sharing.forDays(each)}</option>)}
          </select>
        </div>
        <label className={styles.tick}>
          <input type="checkbox" checked={showsPlace} onChange={(event) => setShowsPlace(event.target.checked)} />
          <span>{words.sharing.showsPlace}</span>
        </label>
        <Button look="primary" busy={make.isPending} onClick={() => make.mutate()}>{words.sharing.make}</Button>
      </div>
      {make.error ? <ErrorNotice error={make.error} /> : null}
      {made ? <Made share={made} title={title} view={view} /> : null}
      {shares.error ? <ErrorNotice error={shares.error} onRetry={() => shares.refetch()} /> : null}
      {open.length > 0 ? (
        <ul className={styles.list} aria-label={words.sharing.list}>
          {open.map((share) => <Line key={share.shareId} share={share} jobId={jobId} />)}
        </ul>
      ) : null}
    </div>
  );
}

function Made({ share, title, view }: { share: NewShare; title: string; view: string | null }) {
  return (
    <div className={styles.made} role="status">
      <p><strong>{words.sharing.made}</strong> {words.sharing.once}</p>
      <Copied label={words.sharing.link} text={addressOf(share.path, view)} />
      <Copied label={words.sharing.embed} text={frameCode(addressOf(embedPathOf(share.path), view), title)} />
    </div>
  );
}

function Line({ share, jobId }: { share: ShareShown; jobId: string }) {
  const client = useQueryClient();
  const withdraw = useMutation({ mutationFn: () => withdrawShare(share.shareId, jobId, client) });
  const until = moment(share.expiresAt);
  return (
    <li className={styles.line}>
      <span>{words.sharing.madeAt(moment(share.createdAt))}<small>{words.sharing.until(until)}{share.showsPlace ? `, ${words.sharing.withPlace}` : ''}</small></span>
      <Button busy={withdraw.isPending} onClick={() => withdraw.mutate()} aria-label={words.sharing.withdrawOf(until)}>
        {words.sharing.withdraw}
      </Button>
      {withdraw.error ? <ErrorNotice error={withdraw.error} /> : null}
    </li>
  );
}
