import { useEffect, useState } from 'react';
import { usePageTitle } from '../../shell/usePageTitle';
import { Notice } from '../../ui/Notice';
import { captures, type Entry, PHOTO } from '../../upload/gather';
import { lastEmail } from '../../upload/store';
import { uploads, useUploads } from '../../upload/useUploads';
import { words } from '../../words';
import { DropZone } from './DropZone';
import styles from './NewPage.module.css';
import { UploadCard } from './UploadCard';

const USABLE = new RegExp(`${PHOTO.source}|\\.zip$`, 'i');

export default function NewPage() {
  usePageTitle(words.upload.title);
  const all = useUploads();
  const [isNothing, setNothing] = useState(false);
  useEffect(() => void uploads.find(), []);
  const take = (entries: readonly Entry[]) => {
    const found = captures(entries, words.upload.loose).filter(({ files }) => [...files.keys()].some((name) => USABLE.test(name)));
    setNothing(found.length === 0);
    for (const capture of found) uploads.add(capture, { email: lastEmail(), quality: 'standard' });
  };
  return (
    <>
      <div className={styles.head}>
        <h1>{words.upload.title}</h1>
        <p>{words.upload.intro}</p>
      </div>
      <div className={styles.stack}>
        {all.map((upload) => <UploadCard key={upload.key} upload={upload} />)}
        <DropZone isFirst={all.length === 0} onFiles={take} />
        <div role="status">{isNothing ? <Notice tone="warn">{words.upload.nothing}</Notice> : null}</div>
      </div>
    </>
  );
}
