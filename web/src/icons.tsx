/** Our own pictures: emoji look different, or are missing, on old phones. */
const PATHS = {
  stop: 'M8 2h8l6 6v8l-6 6H8l-6-6V8zM12 7v6M12 16.500v.5',
  caution: 'M12 3 1.500 21h21zM12 10v5M12 18v.300',
  info: 'M12 2a10 10 0 1 0 0 20 10 10 0 0 0 0-20zM12 11v6M12 7v.300',
  phone: 'M5 3h4l2 5-2.500 1.500a12 12 0 0 0 6 6L16 13l5 2v4a2 2 0 0 1-2 2A16 16 0 0 1 3 5a2 2 0 0 1 2-2z',
  image: 'M3 5h18v14H3zM3 16l5-5 5 5 3-3 5 4M15.500 9v.300',
  menu: 'M4 7h16M4 12h16M4 17h16',
  close: 'M6 6l12 12M18 6 6 18',
  print: 'M7 9V3h10v6M7 17H4V9h16v8h-3M7 14h10v7H7z',
  copy: 'M9 9h11v12H9zM5 15H4V3h11v2',
  download: 'M12 3v12M7 10l5 5 5-5M4 20h16',
  down: 'M12 4v16M5 13l7 7 7-7',
  attach: 'M20 11l-8.500 8.500a5 5 0 0 1-7-7L13 4a3.500 3.500 0 0 1 5 5l-8.500 8.500a1.500 1.500 0 0 1-2.500-2.500l8-8',
  done: 'M4 13l5 5L20 6',
  resend: 'M20 11a8 8 0 1 0-2 6M20 4v7h-7',
  shield: 'M12 2 4 5v6c0 5.500 3.500 9 8 11 4.500-2 8-5.500 8-11V5zM8.500 12l2.500 2.500 4.500-5',
} as const;

export type IconName = keyof typeof PATHS;

export function Icon({ name }: { name: IconName }) {
  return (
    <svg class="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false">
      <path d={PATHS[name]} />
    </svg>
  );
}
