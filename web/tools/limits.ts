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

/** Fails the build when a part of the app is larger than its limit; the first is always there. */
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
      const here = closure(chunks, entriesOf(chunks, shell));
      const check = (limit: Limit, without: Set<string>) => {
        const entries = entriesOf(chunks, limit);
        if (entries.length === 0) this.error(`The limit "${limit.name}" fits no chunk.`);
        const names = [...closure(chunks, entries)].filter((name) => !without.has(name));
        const assets = Object.keys(bundle).filter((name) => limit.assets?.(name));
        const files = [...names, ...stylesOf(chunks, names), ...assets];
        const kilobytes = files.reduce((sum, name) => sum + sizeOf(name), 0) / 1000;
        const line = `${limit.name}: ${kilobytes.toFixed(1)} of ${limit.kilobytes} KB gzipped`;
        if (kilobytes > limit.kilobytes) {
          this.error(`${line}. Load something later, or leave it out: ${files.join(', ')}`);
        }
        console.log(line);
      };
      check(shell, new Set());
      for (const part of parts) check(part, here);
    },
  };
}
