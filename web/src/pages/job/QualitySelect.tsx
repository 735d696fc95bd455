import type { Quality } from '../../api/schema';
import { words } from '../../words';
import styles from './QualitySelect.module.css';

const QUALITIES = Object.keys(words.quality) as Quality[];

export function QualitySelect({ value, onChange }: { value: Quality | null; onChange: (value: Quality | null) => void }) {
  return (
    <label className={styles.field}>
      <span className="visually-hidden">{words.job.quality}</span>
      <select value={value ?? ''} onChange={(event) => onChange((event.target.value || null) as Quality | null)}>
        <option value="">{words.job.qualityAsBefore}</option>
        {QUALITIES.map((each) => <option key={each} value={each}>{words.quality[each].name}</option>)}
      </select>
    </label>
  );
}
