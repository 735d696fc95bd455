// Numbers as people read them; all in English, as the words are.
const LOCALE = 'en-GB';
const whole = new Intl.NumberFormat(LOCALE, { maximumFractionDigits: 0 });
const precise = new Intl.NumberFormat(LOCALE, { maximumSignificantDigits: 3 });
const moments = new Intl.DateTimeFormat(LOCALE, { dateStyle: 'medium', timeStyle: 'short' });
const clock = new Intl.DateTimeFormat(LOCALE, { hour: '2-digit', minute: '2-digit', second: '2-digit' });
const money = new Intl.NumberFormat(LOCALE, { style: 'currency', currency: 'USD' });

/** `12,345`, `0.0123`: whole numbers whole, others to three digits. */
export function number(value: number): string {
  return Number.isInteger(value) || Math.abs(value) >= 1000 ? whole.format(value) : precise.format(value);
}

/** `1.1 MB`, in thousands as on a drive's label. */
export function bytes(count: number): string {
  const units = ['bytes', 'KB', 'MB', 'GB', 'TB'];
  let value = count;
  let index = 0;
  while (value >= 999.5 && index < units.length - 1) {
    value /= 1000;
    index += 1;
  }
  return `${index === 0 || value >= 99.5 ? whole.format(value) : precise.format(value)} ${units[index]}`;
}

/** `40 s`, `12 min`, `1 h 5 min`: two units at most. */
export function duration(seconds: number): string {
  const rounded = Math.max(0, Math.round(seconds));
  if (rounded < 90) return `${rounded} s`;
  const minutes = Math.round(rounded / 60);
  if (minutes < 60) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  return minutes % 60 ? `${hours} h ${minutes % 60} min` : `${hours} h`;
}

/** `0 to 1` as `37 %`; never 100 % before all of it is there. */
export function percent(share: number): string {
  return `${share >= 1 ? 100 : Math.min(99, Math.floor(Math.max(0, share) * 100))} %`;
}

export function moment(iso: string): string {
  return moments.format(new Date(iso));
}

export function timeOfDay(iso: string): string {
  return clock.format(new Date(iso));
}

export function dollars(value: number): string {
  return money.format(value);
}

/** `1 photo`, `2 photos`. */
export function count(value: number, one: string, many = `${one}s`): string {
  return `${whole.format(value)} ${value === 1 ? one : many}`;
}
