import { useEffect, useRef } from 'react';
import type { Scene } from '../engine/scene';
import type { Annotation } from '../annotations';
import { words } from '../words';
import styles from './AnnotationPins.module.css';

/** Annotations where they belong in the picture; they follow it without React, as it moves every frame. */
export function AnnotationPins({ scene, annotations, draft, onGo }: { scene: Scene; annotations: Annotation[]; draft: Annotation | null; onGo: (annotation: Annotation) => void }) {
  const list = useRef<HTMLOListElement>(null);
  const isNew = draft && !annotations.some(({ id }) => id === draft.id);
  const shown = isNew ? [...annotations, draft] : annotations;
  useEffect(() => {
    const follow = () => {
      const pins = list.current?.children ?? [];
      shown.forEach((annotation, index) => {
        const pin = pins[index] as HTMLElement | undefined;
        const at = scene.project(annotation.at);
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
    <ol ref={list} className={styles.pins} aria-label={words.annotations.title}>
      {shown.map((annotation, index) => (
        <li key={annotation.id} className={styles.pin}>
          <button type="button" className={styles.button} aria-label={words.annotations.pin(index + 1, annotation.title || words.annotations.untitled)} onClick={() => onGo(annotation)}>
            <span aria-hidden="true">{index + 1}</span>
          </button>
          {annotation.title ? <span className={styles.title} aria-hidden="true">{annotation.title}</span> : null}
        </li>
      ))}
    </ol>
  );
}
