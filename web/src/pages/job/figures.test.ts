import { describe, expect, it } from 'vitest';
import { figure, figures } from './figures';

describe('figures', () => {
  it('have words and units', () => {
    expect(figure('psnr_db', 21.34)).toEqual({ name: 'PSNR', value: '21.3 dB' });
    expect(figure('bytes', 1_070_000)).toEqual({ name: 'size', value: '1.07 MB' });
    expect(figure('gaussians', 14962)).toEqual({ name: 'Gaussians', value: '14,962' });
  });
  it('that nobody here has seen are told by their own names', () => {
    expect(figure('sky_share', 0.25)).toEqual({ name: 'sky share', value: '0.25' });
    expect(figure('tilt_deg', 2)).toEqual({ name: 'tilt', value: '2 °' });
  });
  it('tell placed photos with how many there are', () => {
    expect(figures({ photos_registered: 27, photos_total: 28 })).toEqual([{ name: 'photos placed', value: '27 of 28' }]);
  });
});
