import { describe, expect, it } from 'vitest';
import type { FileState, Upload } from '../../upload/manager';
import { factsOf, mapPhotos, sorted } from './facts';

const file = (name: string, change: Partial<FileState> = {}): FileState =>
  ({ name, sizeBytes: 10, sentBytes: 0, state: 'waiting', meta: null, verdict: null, error: null, ...change });
const meta = { latitudeDeg: 50, longitudeDeg: 8, heightM: null, yawDeg: null, pitchDeg: null, focal35Mm: null, widthPx: 4, heightPx: 3, camera: 'A' };
const upload = (files: FileState[]) => ({ files }) as unknown as Upload;

describe('the facts of a capture', () => {
  it('tell photos from other files, and what is placed', () => {
    const facts = factsOf(upload([file('a.jpg', { meta }), file('b.JPG', { state: 'arrived', sentBytes: 10 }), file('notes.txt')]));
    expect(facts).toMatchObject({ photos: 2, placed: 1, drawn: 0, others: ['notes.txt'], arrived: 1, sentBytes: 10, totalBytes: 30, cameras: ['A'], pixelsPerPhoto: 12 });
  });
  it('leave a zip as it is', () => {
    expect(factsOf(upload([file('all.zip')]))).toMatchObject({ isZip: true, others: [], photos: 0 });
  });
  it('put first what needs a look', () => {
    const files = [file('2.jpg', { state: 'arrived' }), file('10.jpg'), file('9.jpg'), file('bad.jpg', { state: 'arrived', verdict: { ok: false, kind: 'blurred', reason: '', remedy: '' } })];
    expect(sorted(files).map(({ name }) => name)).toEqual(['bad.jpg', '9.jpg', '10.jpg', '2.jpg']);
    expect(mapPhotos([file('a.jpg', { meta, state: 'arrived' })])[0]?.tone).toBe('good');
  });
});
