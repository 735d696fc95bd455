import { useEffect, useRef } from 'react';
import type { Scene } from '../engine/scene';
import type { Note } from '../notes';
import { words } from '../words';
import styles from './NotePins.module.css';

/** Notes where they belong in the picture; they follow it without React, as it moves every frame. */
export function NotePins({ scene, notes, draft, onGo }: { scene: Scene; notes: Note[]; draft: Note | null; onGo: (note: Note) => void }) {
  const list = useRef<HTMLOListElement>(null);
  const isNew = draft && !notes.some(({ id }) => id === draft.id);
  const shown = isNew ? [...notes, draft] : notes;
  useEffect(() => {
    const follow = () => {
      const pins = list.current?.children ?? [];
      shown.forEach((note, index) => {
        const pin = pins[index] as HTMLElement | undefined;
        const at = scene.project(note.at);
        if (!pin) return;
        pin.hidden = at === null;
        if (at) pin.style.transform = `translate(${at[0]}px, ${at[1]}px)`;
      });
    };
    follow();
    return scene.onMove(follow);
  });
  if (shown.length === 0) return null;
  return (
    <ol ref={list} className={styles.pins} aria-label={words.notes.title}>
      {shown.map((note, index) => (
        <li key={note.id} className={styles.pin}>
          <button type="button" className={styles.button} aria-label={words.notes.go(note.title || words.notes.untitled)} onClick={() => onGo(note)}>
            <span aria-hidden="true">{index + 1}</span>
          </button>
          {note.title ? <span className={styles.title} aria-hidden="true">{note.title}</span> : null}
        </li>
      ))}
    </ol>
  );
}
