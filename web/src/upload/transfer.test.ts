import { describe, expect, it } from 'vitest';
import { ApiError } from '../api/problem';
import type { FileStanding, SignedAddress } from '../api/schema';
import { piecesOf, type Ports, transfer } from './transfer';

const MIB = 1 << 20;
const missing = (name: string, sizeBytes: number, partsArrived: number[] = []): FileStanding =>
  ({ name, sizeBytes, state: partsArrived.length ? 'partial' : 'missing', partsArrived, verdict: null });
const file = (name: string, size: number) => new File([new Uint8Array(size)], name);

/** An S3 and an API in memory; `faults` are thrown by the next puts, one each. */
function world(faults: unknown[] = []) {
  const stored = new Map<string, number>();
  const asked: string[] = [];
  let inFlight = 0;
  let most = 0;
  const ports: Ports = {
    async links(wanted) {
      const links = wanted.flatMap(({ name, parts }): SignedAddress[] =>
        (parts ?? [null]).map((part) => ({ name, part, url: `${name}#${part}`, headers: {} })));
      if (links.length > 50) throw new ApiError(422, { detail: 'too many' });
      asked.push(...links.map(({ url }) => url));
      return links;
    },
    async together(name) { return { ...missing(name, 0), state: 'arrived' }; },
    async put(address, piece, onBytes) {
      most = Math.max(most, ++inFlight);
      await Promise.resolve();
      inFlight -= 1;
      const fault = faults.shift();
      if (fault) throw fault;
      onBytes(piece.size);
      stored.set(address.url, piece.size);
    },
    async pause() { /* at once */ },
  };
  return { ports, stored, asked, most: () => most };
}

const silent = { file: () => undefined, bytes: () => undefined };
const run = (w: ReturnType<typeof world>, standings: FileStanding[], files: File[], partBytes = 16 * MIB, signal = new AbortController().signal) =>
  transfer(standings, new Map(files.map((f) => [f.name, f])), partBytes, w.ports, silent, signal);

describe('pieces', () => {
  it('of a large file are its missing parts, the last one shorter', () => {
    const pieces = piecesOf(missing('a.zip', 25, [1]), file('a.zip', 25), 10);
    expect(pieces.map(({ part, blob }) => [part, blob.size])).toEqual([[2, 10], [3, 5]]);
  });
  it('of a file that has arrived are none', () => {
    expect(piecesOf({ ...missing('a', 3), state: 'arrived' }, file('a', 3), 10)).toEqual([]);
  });
});

describe('the transfer', () => {
  it('sends everything once, four at a time, and asks for links in batches that the API allows', async () => {
    const names = Array.from({ length: 130 }, (_, n) => `${n}.jpg`);
    const w = world();
    expect(await run(w, names.map((n) => missing(n, 3)), names.map((n) => file(n, 3)))).toEqual([]);
    expect(w.stored.size).toBe(130);
    expect(w.asked.length).toBe(130);
    expect(w.most()).toBe(4);
  });
  it('goes on through dropped connections, busy servers and old links', async () => {
    const w = world([new TypeError('reset'), new ApiError(503, null), new ApiError(403, null), new ApiError(429, null)]);
    expect(await run(w, [missing('a.jpg', 3)], [file('a.jpg', 3)])).toEqual([]);
    expect(w.stored.get('a.jpg#null')).toBe(3);
  });
  it('does not send again what a reload has left there', async () => {
    const w = world();
    await run(w, [{ ...missing('a.jpg', 3), state: 'arrived' }, missing('b.zip', 25, [1, 3])], [file('a.jpg', 3), file('b.zip', 25)], 10);
    expect([...w.stored.keys()]).toEqual(['b.zip#2']);
  });
  it('gives up on what is refused, names it, and sends the rest', async () => {
    const w = world([new ApiError(400, { detail: 'too large' })]);
    expect(await run(w, [missing('a.jpg', 3), missing('b.jpg', 3)], [file('a.jpg', 3), file('b.jpg', 3)])).toEqual(['a.jpg']);
    expect(w.stored.has('b.jpg#null')).toBe(true);
  });
  it('does not try for ever', async () => {
    const w = world(Array.from({ length: 100 }, () => new TypeError('reset')));
    expect(await run(w, [missing('a.jpg', 3)], [file('a.jpg', 3)])).toEqual(['a.jpg']);
  });
  it('stops when it is told to', async () => {
    const stop = new AbortController();
    stop.abort();
    await expect(run(world(), [missing('a.jpg', 3)], [file('a.jpg', 3)], MIB, stop.signal)).rejects.toThrow();
  });
});
