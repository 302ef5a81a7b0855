import { useEffect, useLayoutEffect, useState } from 'preact/hooks';
import { printOut, settings } from './device';
import { Icon } from './icons';
import { words } from './words';

const SIZES = 3; // 18, 22 and 26 pixels: see .size-… in style.css

/** Who this is, help by telephone, how big the letters are, and the way out. */
export function Header({ onEnd }: { onEnd: () => void }) {
  const said = words.header;
  const [size, setSize] = useState(() => Math.abs(Number(settings.get('size')) || 0) % SIZES);
  const [open, setOpen] = useState(false);
  const [cannotPrint, setCannotPrint] = useState(false);

  // Before the first painting: the letters must not jump when the page opens.
  useLayoutEffect(() => {
    document.documentElement.className = `size-${size}`;
    settings.set('size', String(size));
  }, [size]);

  useEffect(() => {
    if (!open) return;
    const close = (event: KeyboardEvent) => event.key === 'Escape' && setOpen(false);
    document.addEventListener('keydown', close);
    return () => document.removeEventListener('keydown', close);
  }, [open]);

  return (
    <header>
      <div class="bar">
        <div class="who">
          <h1>{said.name}</h1>
          <p>{said.robot}</p>
        </div>
        <button type="button" class="bar-button" onClick={() => setSize((size + 1) % SIZES)}>
          <small>{said.font_size}</small>
          <span>{said.font_sizes[size]}</span>
        </button>
        <button type="button" class="bar-button" aria-expanded={open} onClick={() => setOpen(!open)}>
          <Icon name={open ? 'close' : 'menu'} />
          <span>{open ? said.close : said.menu}</span>
        </button>
      </div>
      <ul class="hotlines">
        {said.hotlines.map(({ number, label, purpose }) => (
          <li>
            <a href={`tel:${number}`} aria-label={purpose}>
              <b>{number}</b>
              <span>{label}</span>
            </a>
          </li>
        ))}
      </ul>
      {open && (
        <nav class="menu" aria-label={said.menu_title}>
          <button type="button" onClick={() => setCannotPrint(!printOut())}>
            <Icon name="print" />
            {said.print_conversation}
          </button>
          {cannotPrint && (
            <p class="hint" role="status">
              {words.document.no_print}
            </p>
          )}
          <button
            type="button"
            onClick={() => {
              setOpen(false);
              onEnd();
            }}
          >
            <Icon name="close" />
            {said.end_conversation}
          </button>
        </nav>
      )}
    </header>
  );
}
