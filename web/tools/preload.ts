// A scene's page asks for the viewer at once, together with the code that will import it.
import type { HtmlTagDescriptor, Plugin, Rollup } from 'vite';

/** To one page: a first script of its own, and `modulepreload` for modules that are imported later, with all that they import. */
export function preload(page: string, first: string, moduleIds: readonly string[]): Plugin {
  return {
    name: 'preload',
    transformIndexHtml: {
      order: 'post',
      handler(html, { filename, bundle }) {
        if (!bundle || !filename.endsWith(page)) return html;
        const chunks = Object.values(bundle).filter((file): file is Rollup.OutputChunk => file.type === 'chunk');
        const entryOf = (moduleId: string) => {
          const entry = chunks.find(({ facadeModuleId }) => facadeModuleId?.endsWith(moduleId));
          if (!entry) throw new Error(`${moduleId} is no chunk of its own`);
          return entry;
        };
        const tags = new Map(moduleIds.map(entryOf).flatMap(tagsFor).map((tag) => [tag.attrs?.href, tag]));
        const script: HtmlTagDescriptor = { tag: 'script', attrs: { type: 'module', async: true, crossorigin: true, src: `/${entryOf(first).fileName}` }, injectTo: 'head-prepend' };
        return { html, tags: [script, ...[...tags.values()].filter(({ attrs }) => !html.includes(String(attrs?.href)))] };
      },
    },
  };
}

function tagsFor(entry: Rollup.OutputChunk): HtmlTagDescriptor[] {
  const link = (attrs: Record<string, string | boolean>): HtmlTagDescriptor => ({ tag: 'link', attrs, injectTo: 'head' });
  const styles = [...(entry.viteMetadata?.importedCss ?? [])];
  return [
    ...[entry.fileName, ...entry.imports].map((name) => link({ rel: 'modulepreload', crossorigin: true, href: `/${name}` })),
    ...styles.map((name) => link({ rel: 'preload', as: 'style', crossorigin: true, href: `/${name}` })),
  ];
}
