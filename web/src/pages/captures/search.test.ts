import { describe, expect, it } from 'vitest';
import { fits } from './search';

const job = { title: 'Brighton Beach, März', job_id: 'abc123' };

describe('the search', () => {
  it.each([['', true], ['  ', true], ['beach', true], ['MARZ brigh', true], ['beach may', false], ['abc1', true]])(
    '%j: %s', (text, found) => expect(fits(job, text)).toBe(found));
});
