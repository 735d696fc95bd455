import { useEffect, useState } from 'react';
import { words } from '../words';
import styles from './Waiting.module.css';

const SLOW_MS = 8000;

/** What is shown until something is there. After some seconds it says that this is not normal. */
export function Waiting({ lines = 3 }: { lines?: number }) {
  const [slow, setSlow] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setSlow(true), SLOW_MS);
    return () => clearTimeout(timer);
  }, []);
  return (
    <div className={styles.waiting}>
      <p role="status" className={slow ? undefined : 'visually-hidden'}>{slow ? words.slow : words.loading}</p>
      {Array.from({ length: lines }, (_, index) => (
        <div key={index} className={styles.line} aria-hidden="true" />
      ))}
    </div>
  );
}
