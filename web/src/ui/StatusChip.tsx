import type { Status } from '../api/schema';
import { words } from '../words';
import styles from './StatusChip.module.css';

const TONES: Record<Status, string> = {
  queued: 'calm', waiting: 'calm', running: 'busy', delivered: 'good', failed: 'bad', rejected: 'bad', cancelled: 'calm',
};

export function StatusChip({ status }: { status: Status }) {
  return <span className={`${styles.chip} ${styles[TONES[status]] ?? ''}`}>{words.status[status]}</span>;
}
