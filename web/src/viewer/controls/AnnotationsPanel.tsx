import { type FormEvent, useEffect, useRef } from 'react';
import { explain } from '../../api/problem';
import { Button } from '../../ui/Button';
import type { Origin } from '../engine/frame';
import { collection, download, pointAt } from '../engine/geojson';
import type { View } from '../engine/view';
import { TEXT_CHARACTERS, TITLE_CHARACTERS } from '../annotations';
import type { Annotations } from '../useAnnotations';
import { words } from '../words';
import styles from './lists.module.css';
import { Panel } from './Panel';
import { ToolButton } from './ToolButton';

interface Props {
  annotations: Annotations;
  origin: Origin | null;
  isMissed: boolean;
  title: string;
  onGo: (view: View) => void;
  onClose: () => void;
}

export function AnnotationsPanel({ annotations, origin, isMissed, title, onGo, onClose }: Props) {
  const save = () => {
    if (!origin) return;
    const features = annotations.all.map((annotation) => ({
      geometry: pointAt(annotation.at, origin), properties: { title: annotation.title, text: annotation.text },
    }));
    download(`${title}-annotations.geojson`, collection(features));
  };
  return (
    <Panel title={words.annotations.title} onClose={onClose}>
      {annotations.draft ? <Form key={annotations.draft.id} annotations={annotations} /> : (
        annotations.mayWrite ? <p className={styles.soft}>{words.annotations.intro} {words.annotations.aim}</p> : null
      )}
      {isMissed && !annotations.draft ? <p className={styles.bad} role="alert">{words.measure.noHit}</p> : null}
      {annotations.error ? <p className={styles.bad} role="alert">{explain(annotations.error).message} {words.annotations.notSaved}</p> : null}
      {annotations.all.length === 0 ? <p>{words.annotations.none}</p> : (
        <ol className={styles.annotations}>
          {annotations.all.map((annotation) => (
            <li key={annotation.id}>
              <div className={styles.row}>
                <button type="button" className={styles.item} aria-label={words.annotations.go(annotation.title)} onClick={() => onGo(annotation.view)}>{annotation.title}</button>
                {annotations.mayWrite ? (
                  <>
                    <ToolButton icon="pencil" name={words.annotations.edit(annotation.title)} onClick={() => annotations.edit(annotation)} />
                    <ToolButton icon="trash" name={words.annotations.remove(annotation.title)} onClick={() => annotations.remove(annotation)} />
                  </>
                ) : null}
              </div>
              {annotation.text ? <p className={styles.soft}>{annotation.text}</p> : null}
            </li>
          ))}
        </ol>
      )}
      <p className={styles.soft}>{words.annotations.stored[annotations.kind]}</p>
      {origin && annotations.all.length > 0 ? <div className={styles.actions}><Button icon="download" onClick={save}>{words.annotations.download}</Button></div> : null}
    </Panel>
  );
}

function Form({ annotations }: { annotations: Annotations }) {
  const draft = annotations.draft;
  const first = useRef<HTMLInputElement>(null);
  useEffect(() => first.current?.focus(), []);
  if (!draft) return null;
  const keep = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const title = String(form.get('title')).trim();
    if (title) annotations.keep({ ...draft, title, text: String(form.get('text')).trim() });
  };
  return (
    <form onSubmit={keep} style={{ display: 'grid', gap: 'var(--s3)' }}>
      <label className={styles.field}>
        {words.annotations.name}
        <input ref={first} name="title" required maxLength={TITLE_CHARACTERS} defaultValue={draft.title} />
      </label>
      <label className={styles.field}>
        {words.annotations.text}
        <textarea name="text" maxLength={TEXT_CHARACTERS} defaultValue={draft.text} />
      </label>
      <div className={styles.actions}>
        <Button type="submit" look="primary">{words.annotations.save}</Button>
        <Button onClick={() => annotations.edit(null)}>{words.annotations.cancel}</Button>
      </div>
    </form>
  );
}
