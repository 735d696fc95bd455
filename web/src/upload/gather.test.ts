import { describe, expect, it } from 'vitest';
import { captures, matched } from './gather';

const entry = (path: string, size = 3) => ({ path, file: new File(['x'.repeat(size)], path.split('/').at(-1) as string) });

describe('what is dropped', () => {
  it('is one capture a folder, one a zip, and one for loose photos', () => {
    const found = captures(
      [entry('north/a.jpg'), entry('north/DCIM/b.jpg'), entry('south/a.jpg'), entry('old.ZIP'), entry('c.jpg')], 'Photos');
    expect(found.map(({ title, files }) => [title, [...files.keys()]])).toEqual([
      ['north', ['a.jpg', 'DCIM/b.jpg']], ['south', ['a.jpg']], ['old', ['old.ZIP']], ['Photos', ['c.jpg']],
    ]);
  });
  it('leaves out what systems leave lying about', () => {
    expect(captures([entry('a/.DS_Store'), entry('a/__MACOSX/b.jpg'), entry('Thumbs.db'), entry('.hidden')], 'x')).toEqual([]);
  });
});

describe('going on after a reload', () => {
  it('finds the files again, whether the folder or its files are given, and only those of the same size', () => {
    const wanted = [{ name: 'DCIM/a.jpg', sizeBytes: 3 }, { name: 'b.jpg', sizeBytes: 3 }, { name: 'c.jpg', sizeBytes: 9 }];
    expect([...matched(wanted, [entry('trip/DCIM/a.jpg'), entry('trip/b.jpg'), entry('trip/c.jpg')]).keys()]).toEqual(['DCIM/a.jpg', 'b.jpg']);
    expect([...matched(wanted, [entry('a.jpg'), entry('b.jpg')]).keys()]).toEqual(['DCIM/a.jpg', 'b.jpg']);
  });
});
