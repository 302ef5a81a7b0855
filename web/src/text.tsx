import { words } from './words';

// 400 numbers, 95xxx numbers and the hotlines by name, unless it is an amount. No look-behind: old WebViews refuse to parse it.
const NUMBERS = new RegExp(`(^|[^0-9*.-])(400-?\\d{3}-?\\d{4}|95\\d{3}|${words.header.dialable.join('|')})(?![0-9*]|[.,]\\d|\\s*[元块万年天])`, 'g');

/** The assistant's words with numbers that can be dialled at a touch. Everything else is plain text, whatever it looks like. */
export function Dialable({ text }: { text: string }) {
  const parts: (string | preact.JSX.Element)[] = [];
  let position = 0;
  NUMBERS.lastIndex = 0;
  for (let match = NUMBERS.exec(text); match; match = NUMBERS.exec(text)) {
    const start = match.index + match[1]!.length;
    const number = match[2]!;
    parts.push(text.slice(position, start), <a href={`tel:${number.replace(/-/g, '')}`}>{number}</a>);
    position = start + number.length;
    // Step back one: the character after a number may be the one before the next.
    NUMBERS.lastIndex = position;
  }
  parts.push(text.slice(position));
  return <>{parts}</>;
}
