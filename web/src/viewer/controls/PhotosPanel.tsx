import type { Photo } from '../engine/geo';
import { words } from '../words';
import styles from './lists.module.css';
import { Panel } from './Panel';

interface Props {
  photos: readonly Photo[];
  isShown: boolean;
  onShow: (isShown: boolean) => void;
  onOpen: (photo: Photo) => void;
  onClose: () => void;
}

/** The photos by name, for whoever does not click on cameras in the scene. */
export function PhotosPanel({ photos, isShown, onShow, onOpen, onClose }: Props) {
  if (photos.length === 0) return <Panel title={words.photos.title} onClose={onClose}><p>{words.photos.none}</p></Panel>;
  return (
    <Panel title={words.photos.title} onClose={onClose}>
      <p>{words.photos.intro(photos.length)}</p>
      <label className={styles.check}>
        <input type="checkbox" checked={isShown} onChange={(event) => onShow(event.target.checked)} />
        {words.photos.show}
      </label>
      <ul className={styles.photos}>
        {photos.map((photo) => (
          <li key={photo.name}>
            <button type="button" className={styles.item} aria-label={words.photos.open(photo.original)} onClick={() => onOpen(photo)}>
              {photo.original}
            </button>
          </li>
        ))}
      </ul>
    </Panel>
  );
}
