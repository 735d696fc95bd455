// Sends a capture's files: four at once, large ones in parts, each piece tried again until it is there.
import { ApiError } from '../api/problem';
import type { FileStanding, LinkWanted, SignedAddress } from '../api/schema';

export type Sent = 'waiting' | 'sending' | 'arrived' | 'failed';

/** What the engine asks of the world; a test gives it another. */
export interface Ports {
  links(wanted: LinkWanted[]): Promise<SignedAddress[]>;
  /** Puts a file together whose parts are all there; answers how it stands. */
  together(name: string): Promise<FileStanding | undefined>;
  /** Raises ApiError for a refusal and TypeError when the connection broke. */
  put(address: SignedAddress, piece: Blob, onBytes: (bytes: number) => void, signal: AbortSignal): Promise<void>;
  /** Waits before try number `tries`, or until the browser is online again. */
  pause(tries: number, signal: AbortSignal): Promise<void>;
}

export interface Tell {
  file(name: string, state: Sent, error?: unknown): void;
  bytes(name: string, part: number | null, bytes: number): void;
}

interface Piece {
  name: string;
  part: number | null;
  blob: Blob;
}

export const AT_ONCE = 4;
const LINKS_AT_ONCE = 40; // the API gives at most 50
const MOST_TRIES = 8;

/** The pieces that are still to be sent of one file. */
export function piecesOf(standing: FileStanding, file: Blob, partBytes: number): Piece[] {
  if (standing.state === 'arrived') return [];
  if (file.size <= partBytes) return [{ name: standing.name, part: null, blob: file }];
  const parts = Array.from({ length: Math.ceil(file.size / partBytes) }, (_, index) => index + 1);
  return parts
    .filter((part) => !standing.partsArrived.includes(part))
    .map((part) => ({ name: standing.name, part, blob: file.slice((part - 1) * partBytes, part * partBytes) }));
}

/** Whether the same request may go well later; an old link (403) is replaced by another. */
function isPassing(error: unknown): boolean {
  return error instanceof TypeError || (error instanceof ApiError && (error.isPassing || error.status === 403));
}

/** Sends everything that is missing; the names of what could not be sent, when all else has been. */
export async function transfer(
  standings: readonly FileStanding[], files: ReadonlyMap<string, File>, partBytes: number,
  ports: Ports, tell: Tell, signal: AbortSignal,
): Promise<string[]> {
  const pieces = standings.flatMap((standing) => {
    const file = files.get(standing.name);
    return file ? piecesOf(standing, file, partBytes) : [];
  });
  const left = new Map<string, number>();
  for (const { name } of pieces) left.set(name, (left.get(name) ?? 0) + 1);
  const failed = new Set<string>();
  const linkOf = linker(pieces, ports);
  let next = 0;
  const work = async () => {
    while (next < pieces.length && !signal.aborted) {
      const index = next++;
      const piece = pieces[index] as Piece;
      if (failed.has(piece.name)) continue;
      try {
        await sendPiece(piece, index, linkOf, ports, tell, signal);
        const rest = (left.get(piece.name) ?? 1) - 1;
        left.set(piece.name, rest);
        if (rest === 0) await finish(piece, ports, tell, signal);
      } catch (error) {
        if (signal.aborted) return;
        failed.add(piece.name);
        tell.file(piece.name, 'failed', error);
      }
    }
  };
  // A file whose parts were all there when its page was closed still has to be put together.
  for (const { name, state, partsArrived } of standings) {
    if (state === 'partial' && !left.has(name) && partsArrived.length > 0 && files.has(name)) {
      await finish({ name, part: 1, blob: new Blob() }, ports, tell, signal);
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  signal.throwIfAborted();
  return [...failed];
}

async function sendPiece(
  piece: Piece, index: number, linkOf: LinkOf, ports: Ports, tell: Tell, signal: AbortSignal,
): Promise<void> {
  tell.file(piece.name, 'sending');
  await persist(ports, signal, async (tries) => {
    tell.bytes(piece.name, piece.part, 0);
    const address = await linkOf(index, tries > 1);
    await ports.put(address, piece.blob, (bytes) => tell.bytes(piece.name, piece.part, bytes), signal);
    tell.bytes(piece.name, piece.part, piece.blob.size);
  });
}

async function finish(piece: Piece, ports: Ports, tell: Tell, signal: AbortSignal): Promise<void> {
  if (piece.part !== null) {
    await persist(ports, signal, async () => {
      const standing = await ports.together(piece.name);
      if (standing?.state !== 'arrived') throw new TypeError(`${piece.name} is not whole`);
    });
  }
  tell.file(piece.name, 'arrived');
}

async function persist(ports: Ports, signal: AbortSignal, work: (tries: number) => Promise<void>): Promise<void> {
  for (let tries = 1; ; tries += 1) {
    signal.throwIfAborted();
    try {
      return await work(tries);
    } catch (error) {
      signal.throwIfAborted();
      if (!isPassing(error) || tries >= MOST_TRIES) throw error;
      await ports.pause(tries, signal);
    }
  }
}

type LinkOf = (index: number, fresh: boolean) => Promise<SignedAddress>;

/** Signed links, asked for in batches as the pieces come to need them; a fresh one for a second try. */
function linker(pieces: readonly Piece[], ports: Ports): LinkOf {
  const batches = new Map<number, Promise<SignedAddress[]>>();
  return async (index, fresh) => {
    const piece = pieces[index] as Piece;
    const number = Math.floor(index / LINKS_AT_ONCE);
    const ask = (some: readonly Piece[]) => ports.links(wanted(some));
    let links: SignedAddress[];
    if (fresh) links = await ask([piece]);
    else {
      const batch = batches.get(number) ?? ask(pieces.slice(number * LINKS_AT_ONCE, (number + 1) * LINKS_AT_ONCE));
      batches.set(number, batch);
      links = await batch;
    }
    const link = links.find(({ name, part }) => name === piece.name && part === piece.part);
    if (!link) throw new Error(`Spaceport gave no link for ${piece.name}.`);
    return link;
  };
}

function wanted(pieces: readonly Piece[]): LinkWanted[] {
  const parts = new Map<string, number[] | null>();
  for (const { name, part } of pieces) {
    parts.set(name, part === null ? null : [...(parts.get(name) ?? []), part]);
  }
  return [...parts].map(([name, numbers]) => (numbers ? { name, parts: numbers } : { name }));
}
