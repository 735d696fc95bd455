// A stage's figures as people read them: `psnr_db: 21.34` -> `PSNR 21.3 dB`.
import { bytes, number } from '../../format';
import { words } from '../../words';

const UNITS: Record<string, string> = { db: 'dB', px: 'px', m: 'm', s: 's', deg: '°' };
const HIDDEN = new Set(['photos_total', 'attempt']);

export interface Figure {
  name: string;
  value: string;
}

/** The name and unit of a figure; one that has no words yet is told by its own name. */
export function figure(key: string, value: number): Figure {
  const known = words.figure[key];
  if (known?.[1] === 'bytes') return { name: known[0], value: bytes(value) };
  if (known) return { name: known[0], value: `${number(value)} ${known[1]}`.trim() };
  const [, stem, last] = /^(.+)_([a-z]+)$/.exec(key) ?? [];
  const unit = last ? UNITS[last] : undefined;
  const name = ((unit ? stem : key) ?? key).replaceAll('_', ' ');
  return { name, value: `${number(value)} ${unit ?? ''}`.trim() };
}

/** The figures of a stage; placed photos are told with how many there are. */
export function figures(values: Record<string, number>): Figure[] {
  const total = values['photos_total'];
  return Object.entries(values)
    .filter(([key]) => !HIDDEN.has(key))
    .map(([key, value]) => {
      const said = figure(key, value);
      return key === 'photos_registered' && total ? { ...said, value: `${said.value} of ${number(total)}` } : said;
    });
}
