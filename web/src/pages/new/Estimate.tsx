import type { Cost, Quality } from '../../api/schema';
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
          <strong>{sentence(query.data.total)}</strong>
          <small>{query.data.basis}</small>
        </>
      ) : <span className={styles.none}>{query.isError ? words.upload.estimateNone : words.upload.estimating}</span>}
    </div>
  );
}

/** Minutes, and dollars where any are charged and their price is known. */
function sentence({ minutes, dollars: price }: Cost): string {
  const time = words.upload.range(duration(60 * minutes.low), duration(60 * minutes.high));
  return words.upload.estimateOf(time, price && price.high > 0 ? words.upload.range(dollars(price.low), dollars(price.high)) : null);
}
