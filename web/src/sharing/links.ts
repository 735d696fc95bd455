// What is given away of a share: the link of its page, and the code that frames it elsewhere.

/** The address of one of our pages, with the view in it where there is one. */
export function addressOf(path: string, view: string | null, base = location.href): string {
  const address = new URL(path, base);
  address.hash = view ?? '';
  return address.href;
}

/** `/s/TOKEN` -> `/embed/s/TOKEN`: the same scene alone, which may stand in anybody's page. */
export const embedPathOf = (sharePath: string): string => `/embed${sharePath}`;

/** The code for a page of somebody else's. */
export function frameCode(address: string, title: string): string {
  return `<iframe src="${escaped(address)}" title="${escaped(title)}" width="800" height="500" `
    + 'allow="fullscreen; xr-spatial-tracking" loading="lazy"></iframe>';
}

const escaped = (text: string) => text.replace(/[&<>"]/g, (letter) => `&#${letter.charCodeAt(0)};`);
