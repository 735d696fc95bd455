// The uploads of this browser, outside of React: they go on while pages change, and a reload finds them again.
import { answerOf, api } from '../api/client';
import type { FileStanding, PhotoVerdict, Quality } from '../api/schema';
import { alone, isSentElsewhere, whenFree } from './alone';
import { type Entry, type Gathered, matched } from './gather';
import { type PhotoMeta, readMeta } from './meta';
import { browserPorts, standingOf } from './ports';
import { Speed } from './speed';
import { remembered, type Remembered, remember } from './store';
import { type Sent, transfer } from './transfer';

export type Stage = 'draft' | 'opening' | 'sending' | 'paused' | 'found' | 'starting' | 'started';

export interface FileState {
  name: string;
  sizeBytes: number;
  sentBytes: number;
  state: Sent;
  meta: PhotoMeta | null;
  verdict: PhotoVerdict | null;
  error: unknown;
}

export interface Wishes {
  title: string;
  email: string;
  quality: Quality;
}

export interface Upload {
  /** Ours, while the server has none yet. */
  key: string;
  stage: Stage;
  wishes: Wishes;
  files: readonly FileState[];
  /** All of the photos' heads are read. */
  isRead: boolean;
  uploadId: string | null;
  jobId: string | null;
  bytesPerS: number | null;
  advice: readonly string[];
  /** Another tab of this browser sends it. */
  isElsewhere: boolean;
  error: unknown;
}

interface Held {
  shown: Upload;
  files: Map<string, File>;
  states: Map<string, FileState>;
  parts: Map<string, Map<number | null, number>>;
  stop: AbortController;
  speed: Speed;
}

const TELL_MS = 200;
const VERDICTS_MS = 3000;
const READ_AT_ONCE = 4;
const PART_BYTES = 1 << 24; // the API's own, unless it says another

export class Uploads {
  private held: Held[] = [];
  private listeners = new Set<() => void>();
  private snapshot: readonly Upload[] = [];
  private timer: ReturnType<typeof setTimeout> | null = null;

  subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  current = (): readonly Upload[] => this.snapshot;

  /** Whether closing the page would stop something. */
  get isSending(): boolean {
    return this.held.some(({ shown }) => ['opening', 'sending', 'starting'].includes(shown.stage));
  }

  /** A capture that was dropped: its photos are read, nothing is sent. */
  add(gathered: Gathered, wishes: Omit<Wishes, 'title'>): void {
    const states = [...gathered.files].map(([name, file]): [string, FileState] => [
      name, { name, sizeBytes: file.size, sentBytes: 0, state: 'waiting', meta: null, verdict: null, error: null },
    ]);
    const held = this.hold({ ...wishes, title: gathered.title }, gathered.files, new Map(states), 'draft', null);
    void this.read(held);
  }

  /** What an earlier visit began and did not end. */
  async find(): Promise<void> {
    for (const each of remembered()) {
      if (this.held.some(({ shown }) => shown.uploadId === each.uploadId)) continue;
      await this.findOne(each);
    }
  }

  private async findOne(each: Remembered): Promise<void> {
    const standing = await standingOf(each.uploadId).catch(() => null);
    if (standing?.state !== 'open') return remember(each.uploadId, null);
    if (this.held.some(({ shown }) => shown.uploadId === each.uploadId)) return;
    const held = this.hold(each.wishes, new Map(), statesOf(standing.files), 'found', each.uploadId);
    const isElsewhere = await isSentElsewhere(each.uploadId);
    this.show(held, { isRead: true, isElsewhere });
    if (!isElsewhere) return;
    await whenFree(each.uploadId);
    this.held = this.held.filter((other) => other !== held); // found anew, unless the other tab ended it
    this.publish();
    await this.find();
  }

  edit(key: string, wishes: Partial<Wishes>): void {
    const held = this.get(key);
    this.show(held, { wishes: { ...held.shown.wishes, ...wishes } });
  }

  /** Takes photos out of a capture that has not begun. */
  leaveOut(key: string, names: readonly string[]): void {
    const held = this.get(key);
    for (const name of names) {
      held.files.delete(name);
      held.states.delete(name);
    }
    this.show(held, {});
  }

  /** Sends it, and makes a job of it once everything is there. */
  async start(key: string): Promise<void> {
    const held = this.get(key);
    held.stop = new AbortController();
    this.show(held, { stage: 'opening', error: null });
    try {
      const uploadId = held.shown.uploadId ?? (await this.open(held));
      await alone(uploadId, async () => {
        await this.send(held, uploadId);
        await this.complete(held, uploadId);
      });
    } catch (error) {
      if (!this.held.includes(held)) return;
      const stopped = held.stop.signal.aborted;
      this.show(held, { stage: held.shown.uploadId ? 'paused' : 'draft', error: stopped ? null : error, bytesPerS: null });
    }
  }

  /** The files of an upload that an earlier visit began, given again; false when none of them fit. */
  give(key: string, entries: readonly Entry[]): boolean {
    const held = this.get(key);
    const found = matched([...held.states.values()].filter(({ state }) => state !== 'arrived'), entries);
    if (found.size === 0) return false;
    for (const [name, file] of found) held.files.set(name, file);
    void this.start(key);
    return true;
  }

  pause(key: string): void {
    this.get(key).stop.abort();
  }

  /** Forgets it here and, where it has begun, there. */
  async drop(key: string): Promise<void> {
    const held = this.get(key);
    held.stop.abort();
    this.held = this.held.filter((each) => each !== held);
    this.publish();
    const { uploadId, stage } = held.shown;
    if (!uploadId || stage === 'started') return;
    remember(uploadId, null);
    await answerOf(api.DELETE('/uploads/{upload_id}', { params: { path: { upload_id: uploadId } } }));
  }

  private hold(wishes: Wishes, files: Map<string, File>, states: Map<string, FileState>, stage: Stage, uploadId: string | null): Held {
    const held: Held = {
      files, states, parts: new Map(), stop: new AbortController(), speed: new Speed(),
      shown: {
        key: crypto.randomUUID(), stage, wishes, files: [...states.values()], isRead: false, uploadId,
        jobId: null, bytesPerS: null, advice: [], isElsewhere: false, error: null,
      },
    };
    this.held = [...this.held, held];
    this.publish();
    return held;
  }

  private get(key: string): Held {
    const held = this.held.find(({ shown }) => shown.key === key);
    if (!held) throw new Error('This upload is gone.');
    return held;
  }

  private async read(held: Held): Promise<void> {
    const names = [...held.files.keys()];
    const work = async () => {
      for (let name = names.shift(); name !== undefined; name = names.shift()) {
        const file = held.files.get(name);
        const meta = file ? await readMeta(file) : null;
        this.alter(held, name, { meta });
      }
    };
    await Promise.all(Array.from({ length: READ_AT_ONCE }, work));
    this.show(held, { isRead: true });
  }

  private async open(held: Held): Promise<string> {
    const { wishes } = held.shown;
    const files = [...held.files].map(([name, file]) => ({ name, sizeBytes: file.size }));
    const begun = await answerOf(
      api.POST('/uploads', {
        params: { header: { 'idempotency-key': held.shown.key } },
        body: { title: wishes.title, files },
      }),
    );
    remember(begun.uploadId, wishes);
    this.show(held, { uploadId: begun.uploadId });
    return begun.uploadId;
  }

  private async send(held: Held, uploadId: string): Promise<void> {
    const signal = held.stop.signal;
    const standing = await standingOf(uploadId, signal);
    const partBytes = standing.partBytes ?? PART_BYTES;
    for (const file of standing.files) {
      const arrived = file.state === 'arrived';
      this.alter(held, file.name, { state: arrived ? 'arrived' : 'waiting', error: null, ...(arrived && { sentBytes: file.sizeBytes }) });
      held.parts.set(file.name, new Map(file.partsArrived.map((part) => [part, partSize(file, part, partBytes)])));
    }
    held.speed = new Speed();
    this.show(held, { stage: 'sending' });
    const looking = setInterval(() => void this.look(held, uploadId), VERDICTS_MS);
    try {
      const failed = await transfer(standing.files, held.files, partBytes, browserPorts(uploadId), {
        file: (name, state, error) => this.alter(held, name, { state, error: error ?? null }),
        bytes: (name, part, bytes) => this.count(held, name, part, bytes),
      }, signal);
      const first = failed[0] === undefined ? null : held.states.get(failed[0])?.error;
      if (first) throw first;
    } finally {
      clearInterval(looking);
    }
    await this.look(held, uploadId);
  }

  private async complete(held: Held, uploadId: string): Promise<void> {
    this.show(held, { stage: 'starting', bytesPerS: null });
    const { email, quality, title } = held.shown.wishes;
    const job = await answerOf(
      api.POST('/uploads/{upload_id}/complete', {
        params: { path: { upload_id: uploadId } }, body: { email, quality, title, pipelineStep: 'sfm' },
      }),
    );
    remember(uploadId, null);
    this.show(held, { stage: 'started', jobId: job.jobId });
  }

  /** Verdicts come some seconds after a photo has arrived; not to know them stops nothing. */
  private async look(held: Held, uploadId: string): Promise<void> {
    const standing = await standingOf(uploadId, held.stop.signal).catch(() => null);
    if (!standing) return;
    for (const { name, verdict } of standing.files) if (verdict) this.alter(held, name, { verdict });
    this.show(held, { advice: standing.summary.advice });
  }

  private count(held: Held, name: string, part: number | null, bytes: number): void {
    const parts = held.parts.get(name) ?? new Map<number | null, number>();
    held.parts.set(name, parts.set(part, bytes));
    this.alter(held, name, { sentBytes: [...parts.values()].reduce((sum, each) => sum + each, 0) });
    const total = [...held.states.values()].reduce((sum, each) => sum + each.sentBytes, 0);
    held.speed.add(performance.now(), total);
    held.shown = { ...held.shown, bytesPerS: held.speed.bytesPerS() };
  }

  private alter(held: Held, name: string, change: Partial<FileState>): void {
    const before = held.states.get(name);
    if (!before) return;
    held.states.set(name, { ...before, ...change });
    this.timer ??= setTimeout(() => this.publish(), TELL_MS);
  }

  private show(held: Held, change: Partial<Upload>): void {
    held.shown = { ...held.shown, ...change };
    this.publish();
  }

  /** At most a few times a second while bytes flow, whatever their number of files. */
  private publish(): void {
    if (this.timer) clearTimeout(this.timer);
    this.timer = null;
    for (const held of this.held) held.shown = { ...held.shown, files: [...held.states.values()] };
    this.snapshot = this.held.map(({ shown }) => shown);
    for (const listener of this.listeners) listener();
  }
}

function partSize(file: FileStanding, part: number, partBytes: number): number {
  return Math.min(partBytes, file.sizeBytes - (part - 1) * partBytes);
}

function statesOf(files: readonly FileStanding[]): Map<string, FileState> {
  return new Map(files.map(({ name, sizeBytes, state, verdict }) => [name, {
    name, sizeBytes, sentBytes: state === 'arrived' ? sizeBytes : 0,
    state: state === 'arrived' ? 'arrived' : 'waiting', meta: null, verdict: verdict ?? null, error: null,
  }]));
}
