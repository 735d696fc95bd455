import styles from './Loading.module.css';
import { words } from '../words';

/** How much of the scene is here; no spinner. */
export function Loading({ percent }: { percent: number }) {
  return (
    <div className={styles.loading}>
      <p>{percent > 0 ? words.loadingShare(percent) : words.loading}</p>
      <progress className={styles.bar} max={100} value={percent} aria-label={words.loading} />
    </div>
  );
}
