import { words } from '../words';
import styles from './lists.module.css';
import { Panel } from './Panel';

export function HelpPanel({ onClose }: { onClose: () => void }) {
  return (
    <Panel title={words.help.title} onClose={onClose}>
      <dl className={styles.keys}>
        {words.help.rows.map(([what, how]) => <div key={what} style={{ display: 'contents' }}><dt>{what}</dt><dd>{how}</dd></div>)}
      </dl>
    </Panel>
  );
}
