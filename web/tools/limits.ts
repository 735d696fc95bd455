// What a visitor may have to download, gzipped: the build fails above it (issue 12, check 4).
import { gzipSync } from 'node:zlib';
import type { Plugin, Rollup } from 'vite';

export interface Limit {
  name: string;
  /** Modules whose code, with all that it imports at once, is counted. */
  entries: (moduleId: string) => boolean;
  /** Files that are loaded besides, such as a worker. */
  assets?: (fileName: string) => boolean;
  kilobytes: number;
}

type Chunks = Map<string, Rollup.OutputChunk>;

/** The chunks that must be there before any of `entries` runs. */
function closure(chunks: Chunks, entries: Iterable<string>): Set<string> {
  const seen = new Set<string>();
  const open = [...entries];
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    const chunk = chunks.get(name);
    if (!chunk || seen.has(name)) continue;
    seen.add(name);
    open.push(...chunk.imports);
  }
  return seen;
}

function entriesOf(chunks: Chunks, limit: Limit): string[] {
  return [...chunks.values()]
    .filter((chunk) => chunk.facadeModuleId !== null && limit.entries(chunk.facadeModuleId))
    .map((chunk) => chunk.fileName);
}

function stylesOf(chunks: Chunks, names: Iterable<string>): Set<string> {
  const styles = new Set<string>();
  for (const name of names) {
    for (const css of chunks.get(name)?.viteMetadata?.importedCss ?? []) styles.add(css);
  }
  return styles;
}

/** What is there already when the entry is asked for: the shell, and whatever asks for it. */
function loadedBefore(chunks: Chunks, entry: string, shell: Set<string>): Set<string> {
  const askers = [...chunks.values()].filter((chunk) => chunk.dynamicImports.includes(entry)).map((chunk) => chunk.fileName);
  const closures = askers.map((asker) => closure(chunks, [asker]));
  const common = closures.reduce((a, b) => a.intersection(b), closures[0] ?? new Set<string>());
  return new Set([...shell, ...common]);
}

/** Fails the build when a part of the app, by its largest entry, is above its limit; the first is always there. */
export function bundleLimits([shell, ...parts]: [Limit, ...Limit[]]): Plugin {
  return {
    name: 'bundle-limits',
    generateBundle(_options, bundle) {
      const chunks: Chunks = new Map(
        Object.values(bundle).flatMap((file) =>
          file.type === 'chunk' ? [[file.fileName, file] as const] : [],
        ),
      );
      const sizeOf = (fileName: string): number => {
        const file = bundle[fileName];
        if (!file) throw new Error(`${fileName} is not in the bundle`);
        return gzipSync(file.type === 'chunk' ? file.code : file.source).length;
      };
      const shellChunks = closure(chunks, entriesOf(chunks, shell));
      const check = (limit: Limit) => {
        const entries = entriesOf(chunks, limit);
        if (entries.length === 0) this.error(`The limit "${limit.name}" fits no chunk.`);
        const assets = Object.keys(bundle).filter((name) => limit.assets?.(name));
        const filesOf = (entry: string) => {
          const there = limit === shell ? new Set<string>() : loadedBefore(chunks, entry, shellChunks);
          const names = [...closure(chunks, [entry])].filter((name) => !there.has(name));
          return [...names, ...stylesOf(chunks, names), ...assets];
        };
        const kilobytes = (files: string[]) => files.reduce((sum, name) => sum + sizeOf(name), 0) / 1000;
        const largest = entries.map(filesOf).reduce((a, b) => (kilobytes(b) > kilobytes(a) ? b : a));
        const line = `${limit.name}: ${kilobytes(largest).toFixed(1)} of ${limit.kilobytes} KB gzipped`;
        if (kilobytes(largest) > limit.kilobytes) {
          this.error(`${line}. Load something later, or leave it out: ${largest.join(', ')}`);
        }
        console.log(line);
      };
      for (const limit of [shell, ...parts]) check(limit);
    },
  };
}
