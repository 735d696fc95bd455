import { expect, it } from 'vitest';
import { Speed } from './speed';

it('is of the last seconds, not of the whole way', () => {
  const speed = new Speed();
  expect(speed.bytesPerS()).toBeNull();
  for (let s = 0; s <= 20; s += 1) speed.add(s * 1000, s * 1000);
  expect(speed.bytesPerS()).toBeCloseTo(1000);
  for (let s = 21; s <= 40; s += 1) speed.add(s * 1000, 20_000 + (s - 20) * 5000);
  expect(speed.bytesPerS()).toBeCloseTo(5000);
});
