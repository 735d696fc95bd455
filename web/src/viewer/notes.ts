// Notes that people write at places of the scene.
import type { Triple } from './engine/frame';
import type { View } from './engine/view';

export interface Note {
  id: string;
  title: string;
  text: string;
  /** East, north, up. */
  at: Triple;
  /** From where it is best seen. */
  view: View;
}

export interface NoteStore {
  kind: 'browser' | 'server';
  load: () => Promise<Note[]>;
  save: (notes: Note[]) => Promise<void>;
}

export const TITLE_CHARACTERS = 80;
export const TEXT_CHARACTERS = 1000;

const isTriple = (value: unknown): value is Triple =>
  Array.isArray(value) && value.length === 3 && value.every((number) => Number.isFinite(number));

/** The notes in what was stored; what is none is left out, so that one broken note hides no other. */
export function readNotes(stored: unknown): Note[] {
  if (!Array.isArray(stored)) return [];
  return stored.filter((note): note is Note =>
    typeof note?.id === 'string' && typeof note.title === 'string' && typeof note.text === 'string'
    && isTriple(note.at) && isTriple(note.view?.eye) && isTriple(note.view?.target) && Number.isFinite(note.view?.fovDeg));
}

/** In this browser, under the scene's address. */
export function browserNotes(sceneUrl: string): NoteStore {
  const key = `notes:${new URL(sceneUrl, location.href).pathname}`;
  return {
    kind: 'browser',
    load: async () => readNotes(parse(localStorage.getItem(key))),
    save: async (notes) => localStorage.setItem(key, JSON.stringify(notes)),
  };
}

function parse(text: string | null): unknown {
  try {
    return text === null ? [] : JSON.parse(text);
  } catch {
    return []; // somebody else wrote there: as good as nothing
  }
}
