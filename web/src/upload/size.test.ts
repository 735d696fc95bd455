import { expect, it } from 'vitest';
import { jpegSize } from './size';

const view = (...bytes: number[]) => new DataView(new Uint8Array(bytes).buffer);
const APP1 = [0xff, 0xe1, 0x00, 0x04, 0xff, 0xc0]; // what lies inside a segment is not a frame

it('is read from the frame, not from a thumbnail in a segment before it', () => {
  expect(jpegSize(view(0xff, 0xd8, ...APP1, 0xff, 0xc2, 0, 17, 8, 0x0b, 0xb8, 0x0f, 0xa0, 3))).toEqual({ widthPx: 4000, heightPx: 3000 });
});
it('is not known of something else, or of a torn file', () => {
  expect(jpegSize(view(0x89, 0x50, 0x4e, 0x47, 0, 0, 0, 0, 0, 0, 0, 0))).toBeNull();
  expect(jpegSize(view(0xff, 0xd8, ...APP1))).toBeNull();
  expect(jpegSize(view(0xff, 0xd8, 0xff, 0xe1, 0, 0, 0, 0, 0, 0, 0, 0, 0))).toBeNull();
});
