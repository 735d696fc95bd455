import { type FormEvent, useEffect, useRef } from 'react';
import { Button } from '../../ui/Button';
import type { Origin } from '../engine/frame';
import { collection, download, pointAt } from '../engine/geojson';
import type { View } from '../engine/view';
import { TEXT_CHARACTERS, TITLE_CHARACTERS } from '../notes';
import type { Notes } from '../useNotes';
import { words } from '../words';
import styles from './lists.module.css';
import { Panel } from './Panel';
import { ToolButton } from './ToolButton';

interface Props {
  notes: Notes;
  origin: Origin | null;
  isMissed: boolean;
  title: string;
  onGo: (view: View) => void;
  onClose: () => void;
}

export function NotesPanel({ notes, origin, isMissed, title, onGo, onClose }: Props) {
  const save = () => {
    if (!origin) return;
    const features = notes.all.map((note) => ({
      geometry: pointAt(note.at, origin), properties: { title: note.title, text: note.text },
    }));
    download(`${title}-notes.geojson`, collection(features));
  };
  return (
    <Panel title={words.notes.title} onClose={onClose}>
      {notes.draft ? <Form key={notes.draft.id} notes={notes} /> : (
        <p className={styles.soft}>{words.notes.intro} {words.notes.aim}</p>
      )}
      {isMissed && !notes.draft ? <p className={styles.bad} role="alert">{words.measure.noHit}</p> : null}
      {notes.error ? <p className={styles.bad} role="alert">{words.notes.notSaved}</p> : null}
      {notes.all.length === 0 ? <p>{words.notes.none}</p> : (
        <ol className={styles.notes}>
          {notes.all.map((note) => (
            <li key={note.id}>
              <div className={styles.row}>
                <button type="button" className={styles.item} aria-label={words.notes.go(note.title)} onClick={() => onGo(note.view)}>{note.title}</button>
                <ToolButton icon="pencil" name={words.notes.edit(note.title)} onClick={() => notes.edit(note)} />
                <ToolButton icon="trash" name={words.notes.remove(note.title)} onClick={() => notes.remove(note)} />
              </div>
              {note.text ? <p className={styles.soft}>{note.text}</p> : null}
            </li>
          ))}
        </ol>
      )}
      <p className={styles.soft}>{words.notes.stored[notes.kind]}</p>
      {origin && notes.all.length > 0 ? <div className={styles.actions}><Button icon="download" onClick={save}>{words.notes.download}</Button></div> : null}
    </Panel>
  );
}

function Form({ notes }: { notes: Notes }) {
  const draft = notes.draft;
  const first = useRef<HTMLInputElement>(null);
  useEffect(() => first.current?.focus(), []);
  if (!draft) return null;
  const keep = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const title = String(form.get('title')).trim();
    if (title) notes.keep({ ...draft, title, text: String(form.get('text')).trim() });
  };
  return (
    <form onSubmit={keep} style={{ display: 'grid', gap: 'var(--s3)' }}>
      <label className={styles.field}>
        {words.notes.name}
        <input ref={first} name="title" required maxLength={TITLE_CHARACTERS} defaultValue={draft.title} />
      </label>
      <label className={styles.field}>
        {words.notes.text}
        <textarea name="text" maxLength={TEXT_CHARACTERS} defaultValue={draft.text} />
      </label>
      <div className={styles.actions}>
        <Button type="submit" look="primary">{words.notes.save}</Button>
        <Button onClick={() => notes.edit(null)}>{words.notes.cancel}</Button>
      </div>
    </form>
  );
}
