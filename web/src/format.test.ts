import { describe, expect, it } from 'vitest';
import { bytes, count, duration, number, percent } from './format';

describe('figures for people', () => {
  it.each([[0, '0 bytes'], [999, '999 bytes'], [1000, '1 KB'], [999_600, '1 MB'], [1_070_000, '1.07 MB'], [2_500_000_000_000, '2.5 TB']])(
    '%d bytes are %s', (value, text) => expect(bytes(value)).toBe(text));
  it.each([[0, '0 s'], [89.4, '89 s'], [90, '2 min'], [3599, '1 h'], [3900, '1 h 5 min'], [-3, '0 s']])(
    '%d seconds are %s', (value, text) => expect(duration(value)).toBe(text));
  it.each([[0.999, '99 %'], [1, '100 %'], [0.005, '0 %'], [-1, '0 %'], [1.2, '100 %']])(
    '%d is %s', (value, text) => expect(percent(value)).toBe(text));
  it.each([[12345, '12,345'], [0.012345, '0.0123'], [25.34, '25.3'], [1234.5, '1,235']])(
    '%d reads %s', (value, text) => expect(number(value)).toBe(text));
  it('counts in the singular and the plural', () => {
    expect(count(1, 'photo')).toBe('1 photo');
    expect(count(2000, 'photo')).toBe('2,000 photos');
  });
});
