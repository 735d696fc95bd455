import type { JobEvent } from '../../api/events';
import { timeOfDay } from '../../format';
import { Panel } from '../../ui/Panel';
import { words } from '../../words';
import { folded, sentence } from './log';
import styles from './Log.module.css';

/** Everything that happened, the newest first, as sentences. */
export function Log({ events }: { events: readonly JobEvent[] }) {
  return (
    <Panel title={words.job.log}>
      {events.length === 0 ? <p className={styles.none}>{words.job.logEmpty}</p> : (
        // Scrollable, so the keyboard must reach it.
        <div className={styles.scroll} tabIndex={0} role="log" aria-live="off" aria-label={words.job.log}>
          <ol reversed className={styles.lines}>
            {folded(events).reverse().map((event) => (
              <li key={event.seq}>
                <time dateTime={event.occurred_at}>{timeOfDay(event.occurred_at)}</time>
                <span>{sentence(event)}</span>
              </li>
            ))}
          </ol>
        </div>
      )}
    </Panel>
  );
}
