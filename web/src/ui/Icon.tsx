// Line icons on a 20 px grid, drawn here so that none is fetched.
const PATHS = {
  grid: 'M3 3h6v6H3zM11 3h6v6h-6zM3 11h6v6H3zM11 11h6v6h-6z',
  route: 'M5 16a2 2 0 1 0 0-4 2 2 0 0 0 0 4zM15 8a2 2 0 1 0 0-4 2 2 0 0 0 0 4zM7 14h6a3 3 0 0 0 0-6H8',
  plus: 'M10 4v12M4 10h12',
  sun: 'M10 13.5a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7zM10 1.8v1.9M10 16.3v1.9M1.8 10h1.9M16.3 10h1.9M4.2 4.2l1.3 1.3M14.5 14.5l1.3 1.3M15.8 4.2l-1.3 1.3M5.5 14.5l-1.3 1.3',
  moon: 'M16.5 11.8A7 7 0 0 1 8.2 3.5a7 7 0 1 0 8.3 8.3z',
  contrast: 'M10 17a7 7 0 1 0 0-14 7 7 0 0 0 0 14zM10 3v14M10 6h4.9M10 9.3h6.8M10 12.6h6.3M10 15.6h4',
  check: 'M4.5 10.5l3.6 3.6 7.4-8.2',
  cross: 'M5 5l10 10M15 5L5 15',
  warn: 'M10 3.2L18 16.8H2zM10 8.2v4M10 14.3v.2',
  info: 'M10 17a7 7 0 1 0 0-14 7 7 0 0 0 0 14zM10 9.2v4.2M10 6.6v.2',
  upload: 'M10 13.5v-10M6 7.2l4-4 4 4M3.5 12.5v4h13v-4',
  download: 'M10 3.5v10M6 9.6l4 4 4-4M3.5 13.5v3h13v-3',
  folder: 'M2.5 5.5h5l1.8 2h8.2v8.7h-15z',
  photo: 'M2.5 4.5h15v11h-15zM2.5 13l4-4 3.6 3.6 2.4-2.4 5 4.6M13 8.2v.1',
  clock: 'M10 17a7 7 0 1 0 0-14 7 7 0 0 0 0 14zM10 6v4.2l2.8 1.7',
  search: 'M9 14.5a5.5 5.5 0 1 0 0-11 5.5 5.5 0 0 0 0 11zM13 13l4 4',
  trash: 'M3.5 5.5h13M7.5 5.5v-2h5v2M5 5.5l.8 11h8.4l.8-11M8.3 8.5v5M11.7 8.5v5',
  cube: 'M10 2.5l6.5 3.7v7.6L10 17.5l-6.5-3.7V6.2zM3.7 6.3L10 10l6.3-3.7M10 10v7.3',
  pause: 'M7 4.5v11M13 4.5v11',
  play: 'M6 4l9.5 6L6 16z',
  file: 'M5 2.5h6.5L15.5 6.5v11H5zM11.5 2.5v4h4',
  repeat: 'M4 9a6 6 0 0 1 10.4-3.2L16.5 8M16.5 3.5V8H12M16 11a6 6 0 0 1-10.4 3.2L3.5 12M3.5 16.5V12H8',
  right: 'M7.5 4.5L13 10l-5.5 5.5',
  drone: 'M7.5 8.5h5v3h-5zM7.5 8.5L5 6M12.5 8.5L15 6M7.5 11.5L5 14M12.5 11.5L15 14M5 8a2 2 0 1 0 0-4 2 2 0 0 0 0 4zM15 8a2 2 0 1 0 0-4 2 2 0 0 0 0 4zM5 16a2 2 0 1 0 0-4 2 2 0 0 0 0 4zM15 16a2 2 0 1 0 0-4 2 2 0 0 0 0 4z',
} as const;

export type IconName = keyof typeof PATHS;

/** Decoration only: the words beside it, or the button's name, say what it means. */
export function Icon({ name, size = 20 }: { name: IconName; size?: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 20 20" fill="none" stroke="currentColor"
      strokeWidth={1.6} strokeLinecap="round" strokeLinejoin="round" aria-hidden="true" focusable="false">
      <path d={PATHS[name]} />
    </svg>
  );
}
