import { useCallback, useEffect, useState } from 'react';
import type { Triple } from './engine/frame';
import type { View } from './engine/view';
import type { Note, NoteStore } from './notes';

export interface Notes {
  all: Note[];
  /** What is being written, new or old. */
  draft: Note | null;
  kind: NoteStore['kind'];
  error: unknown;
  begin: (at: Triple, view: View) => void;
  edit: (note: Note | null) => void;
  keep: (note: Note) => void;
  remove: (note: Note) => void;
}

/** The scene's notes, loaded once and saved at every change. */
export function useNotes(store: NoteStore): Notes {
  const [all, setAll] = useState<Note[]>([]);
  const [draft, setDraft] = useState<Note | null>(null);
  const [error, setError] = useState<unknown>(null);
  useEffect(() => {
    let isGone = false;
    store.load().then((notes) => { if (!isGone) setAll(notes); }, setError);
    return () => { isGone = true; };
  }, [store]);
  const save = useCallback((notes: Note[]) => {
    setAll(notes);
    setError(null);
    store.save(notes).catch(setError);
  }, [store]);
  const begin = useCallback((at: Triple, view: View) => {
    setDraft({ id: crypto.randomUUID(), title: '', text: '', at, view });
  }, []);
  const keep = (note: Note) => {
    const isOld = all.some(({ id }) => id === note.id);
    save(isOld ? all.map((other) => (other.id === note.id ? note : other)) : [...all, note]);
    setDraft(null);
  };
  const remove = (note: Note) => save(all.filter(({ id }) => id !== note.id));
  return { all, draft, kind: store.kind, error, begin, edit: setDraft, keep, remove };
}
