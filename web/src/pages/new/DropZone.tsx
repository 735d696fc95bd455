import { type DragEvent, useRef, useState } from 'react';
import { Button } from '../../ui/Button';
import { Icon } from '../../ui/Icon';
import { chosen, dropped, type Entry } from '../../upload/gather';
import { words } from '../../words';
import styles from './DropZone.module.css';

interface Props {
  isFirst: boolean;
  onFiles: (entries: readonly Entry[]) => void;
}

/** Where files come in: dropped, or chosen with the browser's own dialogs, which the keyboard reaches. */
export function DropZone({ isFirst, onFiles }: Props) {
  const [over, setOver] = useState(false);
  const drop = (event: DragEvent) => {
    event.preventDefault();
    setOver(false);
    void dropped(event.dataTransfer).then(onFiles);
  };
  return (
    <div className={`${styles.zone} ${isFirst ? styles.first : ''} ${over ? styles.over : ''}`}
      onDragOver={(event) => { event.preventDefault(); setOver(true); }}
      onDragLeave={() => setOver(false)} onDrop={drop}>
      <span className={styles.icon}><Icon name="upload" size={isFirst ? 32 : 24} /></span>
      <p className={styles.title}>{isFirst ? words.upload.drop : words.upload.dropMore}</p>
      <FileButtons onFiles={onFiles} look={isFirst ? 'primary' : 'plain'} />
      {isFirst ? <p className={styles.note}>{words.upload.dropNote}</p> : null}
    </div>
  );
}

export function FileButtons({ onFiles, look }: Pick<Props, 'onFiles'> & { look: 'primary' | 'plain' }) {
  const files = useRef<HTMLInputElement>(null);
  const folder = useRef<HTMLInputElement>(null);
  const take = (input: HTMLInputElement) => {
    onFiles(chosen(input.files ?? [])); // an empty folder, too, is told
    input.value = ''; // the same choice again is a choice
  };
  return (
    <div className={styles.buttons}>
      <Button look={look} icon="photo" onClick={() => files.current?.click()}>{words.upload.photos}</Button>
      <Button icon="folder" onClick={() => folder.current?.click()}>{words.upload.folder}</Button>
      <input ref={files} type="file" multiple hidden data-testid="files" onChange={(event) => take(event.target)} />
      <input ref={folder} type="file" hidden data-testid="folder" onChange={(event) => take(event.target)} {...{ webkitdirectory: '' }} />
    </div>
  );
}
