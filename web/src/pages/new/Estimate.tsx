import type { Quality } from '../../api/schema';
import { useEstimate } from '../../api/estimates';
import { dollars, duration } from '../../format';
import { words } from '../../words';
import styles from './Estimate.module.css';

interface Props {
  photos: number;
  pixelsPerPhoto: number | null;
  quality: Quality;
}

/** What it will take, before anything is sent; unknown for a zip, whose photos nobody has counted. */
export function Estimate({ photos, pixelsPerPhoto, quality }: Props) {
  const query = useEstimate(photos, pixelsPerPhoto, quality);
  if (photos === 0) return null;
  return (
    <div className={styles.estimate} role="status">
      <span className={styles.label}>{words.upload.estimate}</span>
      {query.data ? (
        <>
          <strong>{words.upload.estimateOf(
            words.upload.range(duration(60 * query.data.total.minutes.low), duration(60 * query.data.total.minutes.high)),
            query.data.total.dollars.high > 0
              ? words.upload.range(dollars(query.data.total.dollars.low), dollars(query.data.total.dollars.high)) : null,
          )}</strong>
          <small>{query.data.basis}</small>
        </>
      ) : <span className={styles.none}>{query.isError ? words.upload.estimateNone : words.upload.estimating}</span>}
    </div>
  );
}
