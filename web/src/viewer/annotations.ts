// Annotations that people write at places of the scene.
import type { Triple } from './engine/frame';
import type { View } from './engine/view';

export interface Annotation {
  id: string;
  title: string;
  text: string;
  /** East, north, up. */
  at: Triple;
  /** From where it is best seen. */
  view: View;
}

export interface AnnotationStore {
  /** Where they are kept; `shown`: somebody else's, to read. */
  kind: 'browser' | 'server' | 'shown';
  load: () => Promise<Annotation[]>;
  /** Null: nothing may be written. */
  save: ((annotations: Annotation[]) => Promise<void>) | null;
}

export const TITLE_CHARACTERS = 80;
export const TEXT_CHARACTERS = 1000;

const isTriple = (value: unknown): value is Triple =>
  Array.isArray(value) && value.length === 3 && value.every((number) => Number.isFinite(number));

/** The annotations in what was stored; what is none is left out, so that one broken annotation hides no other. */
export function readAnnotations(stored: unknown): Annotation[] {
  if (!Array.isArray(stored)) return [];
  return stored.filter((annotation): annotation is Annotation =>
    typeof annotation?.id === 'string' && typeof annotation.title === 'string' && typeof annotation.text === 'string'
    && isTriple(annotation.at) && isTriple(annotation.view?.eye) && isTriple(annotation.view?.target) && Number.isFinite(annotation.view?.fovDeg));
}

/** In this browser, under the scene's address. */
export function browserAnnotations(sceneUrl: string): AnnotationStore {
  const key = `annotations:${new URL(sceneUrl, location.href).pathname}`;
  return {
    kind: 'browser',
    load: async () => readAnnotations(parse(localStorage.getItem(key))),
    save: async (annotations) => localStorage.setItem(key, JSON.stringify(annotations)),
  };
}

function parse(text: string | null): unknown {
  try {
    return text === null ? [] : JSON.parse(text);
  } catch {
    return []; // somebody else wrote there: as good as nothing
  }
}
