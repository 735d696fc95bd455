// Line icons on a 20 px grid, as in ui/Icon; the viewer's own, so that other pages do not load them.
const PATHS = {
  orbit: 'M10 12.5a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5zM3 10c0-1.9 3.1-3.4 7-3.4s7 1.5 7 3.4-3.1 3.4-7 3.4M12.5 11.2L10 13.4l2.3 2.4',
  fly: 'M2.5 9.5L17.5 3 13 17l-3.2-5.2zM17.5 3L9.8 11.8',
  flight: 'M4 15.5h8a3 3 0 0 0 0-6H8a3 3 0 0 1 0-6h8M13.5 1.5l2.5 2-2.5 2',
  home: 'M3 7V3h4M13 3h4v4M17 13v4h-4M7 17H3v-4M8 8h4v4H8z',
  above: 'M10 2.5v10M6 8.5l4 4 4-4M3 16.5h14',
  plus: 'M10 4v12M4 10h12',
  minus: 'M4 10h12',
  left: 'M8 4L3.5 8.5 8 13M4 8.5h7a5 5 0 0 1 5 5V16',
  right: 'M12 4l4.5 4.5L12 13M16 8.5H9a5 5 0 0 0-5 5V16',
  photos: 'M2.5 4.5h15v11h-15zM2.5 13l4-4 3.6 3.6 2.4-2.4 5 4.6M13 8.2v.1',
  measure: 'M2.5 13.5l11-11 4 4-11 11zM5.3 10.7l1.8 1.8M8 8l2.5 2.5M10.7 5.3l1.8 1.8',
  annotations: 'M3 3.5h14v10h-7l-4 3.5v-3.5H3zM6.5 7h7M6.5 10h4.5',
  crop: 'M5.5 1.5v13h13M1.5 5.5h13v13',
  share: 'M15 6.5a2 2 0 1 0 0-4 2 2 0 0 0 0 4zM5 12a2 2 0 1 0 0-4 2 2 0 0 0 0 4zM15 17.5a2 2 0 1 0 0-4 2 2 0 0 0 0 4zM6.8 9.1l6.4-3.7M6.8 10.9l6.4 3.7',
  help: 'M10 17a7 7 0 1 0 0-14 7 7 0 0 0 0 14zM8 8.2a2 2 0 1 1 2.8 1.8c-.5.3-.8.6-.8 1.3M10 13.8v.1',
  fullscreen: 'M3 7.5V3h4.5M12.5 3H17v4.5M17 12.5V17h-4.5M7.5 17H3v-4.5',
  vr: 'M2.5 6.5h15v8h-4.2L11.5 12h-3l-1.8 2.5H2.5zM6 9.5v.1M14 9.5v.1',
  close: 'M5 5l10 10M15 5L5 15',
  back: 'M12 4l-6 6 6 6',
  next: 'M8 4l6 6-6 6',
  play: 'M6 4l9.5 6L6 16z',
  pause: 'M7 4.5v11M13 4.5v11',
  up: 'M4 12.5L10 6.5l6 6',
  down: 'M4 7.5l6 6 6-6',
  trash: 'M3.5 5.5h13M7.5 5.5v-2h5v2M5 5.5l.8 11h8.4l.8-11',
  pencil: 'M3.5 16.5l.8-3.4L13.4 4a1.5 1.5 0 0 1 2.1 0l.5.5a1.5 1.5 0 0 1 0 2.1l-9.1 9.1z',
  download: 'M10 3.5v10M6 9.6l4 4 4-4M3.5 13.5v3h13v-3',
} as const;

export type ViewerIcon = keyof typeof PATHS;

export function Glyph({ name }: { name: ViewerIcon }) {
  return (
    <svg width={20} height={20} viewBox="0 0 20 20" fill="none" stroke="currentColor"
      strokeWidth={1.6} strokeLinecap="round" strokeLinejoin="round" aria-hidden="true" focusable="false">
      <path d={PATHS[name]} />
    </svg>
  );
}
