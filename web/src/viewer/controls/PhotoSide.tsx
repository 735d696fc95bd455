import { useEffect, useRef, useState } from 'react';
import { FileImage } from '../../ui/FileImage';
import type { Photo } from '../engine/geo';
import type { Scene } from '../engine/scene';
import { words } from '../words';
import styles from './PhotoSide.module.css';
import { ToolButton } from './ToolButton';

interface Props {
  photo: Photo;
  photos: readonly Photo[];
  url: string | null;
  scene: Scene;
  onOpen: (photo: Photo | null) => void;
}

/** A photo beside the same view of the scene: the picture makes room for it. */
export function PhotoSide({ photo, photos, url: wished, scene, onOpen }: Props) {
  const [broken, setBroken] = useState<string | null>(null);
  const url = wished === broken ? null : wished;
  const index = photos.indexOf(photo);
  const head = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    head.current?.focus({ preventScroll: true });
    const stage = scene.canvas.closest<HTMLElement>('[data-chrome]');
    stage?.setAttribute('data-beside', url ? 'photo' : 'words');
    return () => stage?.removeAttribute('data-beside');
  }, [scene, url]);
  const other = (step: number) => photos[(index + step + photos.length) % photos.length] ?? photo;
  return (
    <section className={styles.side} aria-label={words.photos.frame(photo.original)}
      onKeyDown={(event) => { if (event.key === 'Escape') onOpen(null); }}>
      <header className={styles.head}>
        <ToolButton icon="back" name={words.photos.previous} onClick={() => onOpen(other(-1))} />
        <h2 ref={head} tabIndex={-1} className={styles.name}>
          {photo.original} <span className={styles.count}>{words.photos.of(index + 1, photos.length)}</span>
        </h2>
        <ToolButton icon="next" name={words.photos.next} onClick={() => onOpen(other(1))} />
        <ToolButton icon="close" name={words.tools.close} onClick={() => onOpen(null)} />
      </header>
      {url ? <FileImage key={url} className={styles.photo} path={url} alt={words.photos.alt(photo.original)} onError={() => setBroken(url)} /> : <p className={styles.away}>{words.photos.away}</p>}
    </section>
  );
}
