import { fileOf, useFileUrl } from '../../api/files';
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
            <File path={fileOf(job.job_id, name)} name={name} title={title} note={note} />
          </li>
        ))}
      </ul>
    </Panel>
  );
}

function File({ path, name, title, note }: { path: string; name: string; title: string; note: string }) {
  const url = useFileUrl(path);
  const isPage = name === 'report.html';
  return (
    <a {...(url && { href: url })} className={styles.file} {...(isPage ? { target: '_blank', rel: 'noreferrer' } : { download: name })}>
      <Icon name={isPage ? 'file' : 'download'} />
      <span><strong>{title}</strong><small>{note}</small></span>
    </a>
  );
}
