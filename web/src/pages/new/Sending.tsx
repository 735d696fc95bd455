import { bytes, duration, percent } from '../../format';
import { Bar } from '../../ui/Bar';
import { Button } from '../../ui/Button';
import { Notice } from '../../ui/Notice';
import type { Upload } from '../../upload/manager';
import { uploads } from '../../upload/useUploads';
import { words } from '../../words';
import type { Facts } from './facts';
import styles from './Sending.module.css';

/** How far the upload is, how fast, how long it still takes; what to photograph again. */
export function Sending({ upload, facts }: { upload: Upload; facts: Facts }) {
  const share = facts.totalBytes ? facts.sentBytes / facts.totalBytes : 0;
  const speed = upload.bytesPerS;
  const left = speed ? (facts.totalBytes - facts.sentBytes) / speed : null;
  return (
    <div className={styles.sending}>
      <Bar share={upload.stage === 'opening' || upload.stage === 'starting' ? null : share} name={words.upload.indicator(percent(share))} />
      <div className={styles.row}>
        <p role="status" className={styles.text}>{line(upload, facts)}</p>
        {upload.stage === 'sending' && speed ? (
          <p className={styles.text}>{words.upload.speed(bytes(speed))}{left !== null ? `, ${words.upload.left(duration(left))}` : ''}</p>
        ) : null}
        {upload.stage === 'sending' ? <Button icon="pause" onClick={() => uploads.pause(upload.key)}>{words.upload.pause}</Button> : null}
        {upload.stage === 'paused' ? <Button look="primary" icon="play" onClick={() => void uploads.start(upload.key)}>{words.upload.goOn}</Button> : null}
      </div>
      {upload.advice.length ? (
        <Notice tone="warn"><ul className={styles.advice}>{upload.advice.map((each) => <li key={each}>{each}</li>)}</ul></Notice>
      ) : null}
    </div>
  );
}

function line(upload: Upload, facts: Facts): string {
  if (upload.stage === 'opening') return words.upload.opening;
  if (upload.stage === 'starting') return words.upload.starting;
  if (upload.stage === 'paused') return words.upload.paused;
  return words.upload.sending(bytes(facts.sentBytes), bytes(facts.totalBytes));
}
