import { describe, expect, it } from 'vitest';
import { ApiError, explain } from './problem';

describe('explain', () => {
  it('says what every field lacks and what to do', () => {
    const error = new ApiError(422, {
      detail: 'The request is not valid.',
      errors: [
        { field: 'email', message: 'No e-mail address.', remedy: 'Give one.' },
        { field: 's3Url', message: 'No such bucket.', remedy: 'Use ours.' },
      ],
    });
    expect(explain(error)).toEqual({
      message: 'No e-mail address. No such bucket.',
      remedy: 'Give one. Use ours.',
    });
  });

  it('keeps the detail of a problem without fields', () => {
    expect(explain(new ApiError(409, { detail: 'Too late.' }))).toEqual({
      message: 'Too late.',
      remedy: null,
    });
  });

  it('tells that nobody answered from that somebody refused', () => {
    expect(explain(new TypeError('Failed to fetch')).message).toBe('Spaceport does not answer.');
    expect(explain(new ApiError(502, null)).message).toContain('502');
  });

  it('sends the signed-out to sign in', () => {
    expect(explain(new ApiError(401, { detail: 'x' })).remedy).toContain('Sign in');
  });
});

describe('isPassing', () => {
  it.each([[429, true], [503, true], [404, false], [422, false]])('%i: %s', (status, passing) => {
    expect(new ApiError(status, null).isPassing).toBe(passing);
  });
});
