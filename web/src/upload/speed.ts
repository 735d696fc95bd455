const WINDOW_MS = 8000;

/** How fast bytes come along, over the last seconds. */
export class Speed {
  private samples: { atMs: number; bytes: number }[] = [];

  /** The total so far. */
  add(atMs: number, bytes: number): void {
    this.samples.push({ atMs, bytes });
    while (this.samples.length > 2 && (this.samples[1]?.atMs ?? atMs) < atMs - WINDOW_MS) this.samples.shift();
  }

  /** Null until there is something to go by. */
  bytesPerS(): number | null {
    const [first, last] = [this.samples[0], this.samples.at(-1)];
    if (!first || !last || last.atMs - first.atMs < 500) return null;
    return Math.max(0, ((last.bytes - first.bytes) / (last.atMs - first.atMs)) * 1000);
  }
}
