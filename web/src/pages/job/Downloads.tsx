import { fileOf } from '../../api/files';
import type { JobStatus } from '../../api/schema';
import { Icon } from '../../ui/Icon';
import { Panel } from '../../ui/Panel';
import { words } from '../../words';
import styles from './Downloads.module.css';

const FILES = Object.entries(words.job.file);

export function Downloads({ job }: { job: JobStatus }) {
  return (
    <Panel title={words.job.downloads}>
      <ul className={styles.files}>
        {FILES.filter(([name]) => job.report || !name.startsWith('report.')).map(([name, [title, note]]) => (
          <li key={name}>
            <a href={fileOf(job.job_id, name)} className={styles.file}
              {...(name === 'report.html' ? { target: '_blank', rel: 'noreferrer' } : { download: name })}>
              <Icon name={name === 'report.html' ? 'file' : 'download'} />
              <span><strong>{title}</strong><small>{note}</small></span>
            </a>
          </li>
        ))}
      </ul>
    </Panel>
  );
}
