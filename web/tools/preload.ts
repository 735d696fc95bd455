// A scene's page asks for the viewer at once, together with the code that will import it.
import type { HtmlTagDescriptor, Plugin, Rollup } from 'vite';

/** Adds `modulepreload` for modules that are imported later, and all that they import, to one page. */
export function preload(page: string, moduleIds: readonly string[]): Plugin {
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
        return { html, tags: [...tags.values()].filter(({ attrs }) => !html.includes(String(attrs?.href))) };
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
