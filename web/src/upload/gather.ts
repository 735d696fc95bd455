// What somebody dropped or chose, as captures: each folder and each zip is one, loose photos are one.

export interface Gathered {
  title: string;
  /** Path below the capture's own folder -> file. */
  files: Map<string, File>;
}

export interface Entry {
  /** With folders, separated by `/`. */
  path: string;
  file: File;
}

const JUNK = /(^|\/)(\.[^/]*|__MACOSX|Thumbs\.db|desktop\.ini)(\/|$)/i;
const ZIP = /\.zip$/i;
export const PHOTO = /\.(jpe?g|png|tiff?|heic|heif|dng|webp)$/i;

/** The captures among the files; what systems leave lying about is left out. */
export function captures(entries: readonly Entry[], looseTitle: string): Gathered[] {
  const found = new Map<string, Gathered>();
  const into = (key: string, title: string, name: string, file: File) => {
    const capture = found.get(key) ?? { title, files: new Map<string, File>() };
    capture.files.set(name, file);
    found.set(key, capture);
  };
  for (const { path, file } of entries) {
    if (JUNK.test(path)) continue;
    const slash = path.indexOf('/');
    const base = path.slice(path.lastIndexOf('/') + 1);
    if (ZIP.test(base)) into(`zip:${path}`, base.replace(ZIP, ''), base, file);
    else if (slash < 0) into('loose', looseTitle, path, file);
    else into(`folder:${path.slice(0, slash)}`, path.slice(0, slash), path.slice(slash + 1), file);
  }
  return [...found.values()];
}

/** Files chosen with the browser's dialog. */
export function chosen(list: FileList | readonly File[]): Entry[] {
  return [...list].map((file) => ({ path: file.webkitRelativePath || file.name, file }));
}

/** Files and folders that were dropped, folders with all that is below them. */
export async function dropped(transfer: DataTransfer): Promise<Entry[]> {
  const roots = [...transfer.items].map((item) => item.webkitGetAsEntry()).filter((entry) => entry !== null);
  if (roots.length === 0) return chosen(transfer.files);
  return (await Promise.all(roots.map((root) => below(root, '')))).flat();
}

async function below(entry: FileSystemEntry, folder: string): Promise<Entry[]> {
  const path = folder + entry.name;
  if (entry.isFile) {
    const file = await new Promise<File>((done, failed) => (entry as FileSystemFileEntry).file(done, failed));
    return [{ path, file }];
  }
  const reader = (entry as FileSystemDirectoryEntry).createReader();
  const entries: Entry[] = [];
  for (;;) { // a browser hands out a folder by the hundred
    const some = await new Promise<FileSystemEntry[]>((done, failed) => reader.readEntries(done, failed));
    if (some.length === 0) return entries;
    entries.push(...(await Promise.all(some.map((each) => below(each, `${path}/`)))).flat());
  }
}

/** The files for what is still to come, by name and size: the same folder may be given another way. */
export function matched(
  wanted: readonly { name: string; sizeBytes: number }[], entries: readonly Entry[],
): Map<string, File> {
  const byEnd = new Map<string, File[]>();
  for (const { file } of entries) byEnd.set(file.name, [...(byEnd.get(file.name) ?? []), file]);
  const byPath = new Map(entries.flatMap(({ path, file }) => [[path, file], [path.slice(path.indexOf('/') + 1), file]] as const));
  const found = new Map<string, File>();
  for (const { name, sizeBytes } of wanted) {
    const base = name.slice(name.lastIndexOf('/') + 1);
    const fits = [byPath.get(name), ...(byEnd.get(base) ?? [])].find((file) => file?.size === sizeBytes);
    if (fits) found.set(name, fits);
  }
  return found;
}
