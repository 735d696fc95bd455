import { useCallback, useEffect, useState } from 'react';
import type { Triple } from './engine/frame';
import type { View } from './engine/view';
import type { Annotation, AnnotationStore } from './annotations';

export interface Annotations {
  all: Annotation[];
  /** What is being written, new or old. */
  draft: Annotation | null;
  kind: AnnotationStore['kind'];
  /** What is not loaded is not written over either. */
  mayWrite: boolean;
  error: unknown;
  begin: (at: Triple, view: View) => void;
  edit: (annotation: Annotation | null) => void;
  keep: (annotation: Annotation) => void;
  remove: (annotation: Annotation) => void;
}

const NONE: Annotation[] = [];

/** The scene's annotations, loaded once and saved at every change. */
export function useAnnotations(store: AnnotationStore): Annotations {
  const [loaded, setLoaded] = useState<Annotation[] | null>(null);
  const all = loaded ?? NONE;
  const [draft, setDraft] = useState<Annotation | null>(null);
  const [error, setError] = useState<unknown>(null);
  useEffect(() => {
    let isGone = false;
    store.load().then((annotations) => { if (!isGone) setLoaded(annotations); }, setError);
    return () => { isGone = true; };
  }, [store]);
  const save = useCallback((annotations: Annotation[]) => {
    setLoaded(annotations);
    setError(null);
    store.save?.(annotations).catch(setError);
  }, [store]);
  const begin = useCallback((at: Triple, view: View) => {
    setDraft({ id: crypto.randomUUID(), title: '', text: '', at, view });
  }, []);
  const keep = (annotation: Annotation) => {
    const isOld = all.some(({ id }) => id === annotation.id);
    save(isOld ? all.map((other) => (other.id === annotation.id ? annotation : other)) : [...all, annotation]);
    setDraft(null);
  };
  const remove = (annotation: Annotation) => save(all.filter(({ id }) => id !== annotation.id));
  return { all, draft, kind: store.kind, mayWrite: store.save !== null && loaded !== null, error, begin, edit: setDraft, keep, remove };
}
