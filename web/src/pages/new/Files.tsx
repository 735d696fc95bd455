import { explain } from '../../api/problem';
import { bytes, number } from '../../format';
import type { FileState } from '../../upload/manager';
import { words } from '../../words';
import { sorted } from './facts';
import styles from './Files.module.css';

const SHOWN = 200; // a list of ten thousand is no help to anyone

/** Every file with its state and what ingest says of it. */
export function Files({ files }: { files: readonly FileState[] }) {
  const shown = sorted(files).slice(0, SHOWN);
  return (
    <details className={styles.details}>
      <summary>{words.upload.files(number(files.length))}</summary>
      <ul className={styles.files} tabIndex={0} aria-label={words.upload.files(number(files.length))}>
        {shown.map((file) => (
          <li key={file.name} className={styles.file} data-state={file.state}>
            <span className={styles.name}>{file.name}</span>
            <span className={styles.size}>{bytes(file.sizeBytes)}</span>
            <State file={file} />
            {file.verdict?.reason ? <p className={styles.reason}>{file.verdict.reason} {file.verdict.remedy}</p> : null}
            {file.state === 'failed' ? <p className={styles.reason}>{explain(file.error).message}</p> : null}
          </li>
        ))}
      </ul>
      {files.length > SHOWN ? <p className={styles.reason}>{words.upload.more(number(files.length - SHOWN))}</p> : null}
    </details>
  );
}

function State({ file }: { file: FileState }) {
  const { verdict, state } = file;
  if (verdict) {
    const tone = verdict.ok ? (verdict.kind === 'good' ? styles.good : styles.warn) : styles.bad;
    return <span className={`${styles.state} ${tone}`}>{words.upload.verdict[verdict.kind ?? 'good'] ?? verdict.kind}</span>;
  }
  const share = file.sizeBytes ? ` ${Math.floor((100 * file.sentBytes) / file.sizeBytes)} %` : '';
  return (
    <span className={`${styles.state} ${state === 'failed' ? styles.bad : ''}`}>
      {words.upload.state[state]}{state === 'sending' ? share : ''}
    </span>
  );
}
