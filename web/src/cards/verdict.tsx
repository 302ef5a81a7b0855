import { Icon, type IconName } from '../icons';
import type { Signal, VerdictData } from '../replies';
import { Dialable } from '../text';
import { words } from '../words';

const ICONS: Record<VerdictData['verdict'], IconName> = { evident: 'stop', suspicious: 'caution', none: 'info' };

interface Piece {
  text: string;
  marked: boolean;
  /** Numbers of the reasons whose phrase ends here. */
  ending: number[];
}

/** Cut the raw text where reasons begin and end. Offsets count code points; JavaScript's own count would slip after an emoji. */
export function pieces(raw: string, signals: Signal[]): Piece[] {
  const characters = Array.from(raw);
  const cuts = new Set([0, characters.length]);
  signals.forEach(({ start, end }) => {
    cuts.add(Math.max(0, Math.min(start, characters.length)));
    cuts.add(Math.max(0, Math.min(end, characters.length)));
  });
  const places = Array.from(cuts).sort((left, right) => left - right);
  return places.slice(0, -1).map((place, index) => {
    const next = places[index + 1]!;
    return {
      text: characters.slice(place, next).join(''),
      marked: signals.some(({ start, end }) => start <= place && place < end),
      ending: signals.map(({ start, end }, number) => (start < next && end === next ? number + 1 : 0)).filter(Boolean),
    };
  });
}

/** What is wrong with a message: the judgement in colour, picture and words, the very phrases, and what to do. */
export function VerdictCard({ verdict, stage, raw, signals, advice }: VerdictData) {
  const said = words.verdict;
  return (
    <section class={`card verdict verdict-${verdict}`} aria-label={said[verdict]}>
      <h3>
        <Icon name={ICONS[verdict]} />
        <span>{said[verdict]}</span>
      </h3>
      <p class="verdict-note">{said[`${verdict}_note` as const]}</p>
      {stage && verdict !== 'none' && (
        <p>
          {said.stage}：<strong>{stage}</strong>
        </p>
      )}
      {signals.length > 0 && (
        <>
          <h4>{said.raw}</h4>
          <blockquote tabIndex={0}>
            {pieces(raw, signals).map(({ text, marked, ending }) =>
              marked ? (
                <mark>
                  {text}
                  {/* The word joiner keeps the number on the line of its phrase. */}
                  {ending.length > 0 && <sup>{'\u2060' + ending.join('、')}</sup>}
                </mark>
              ) : (
                text
              ),
            )}
          </blockquote>
          <h4>{said.signals}</h4>
          <ol class="reasons">
            {signals.map((signal) => (
              <li>
                <strong>“{signal.phrase}”</strong>　{signal.name}
                {signal.why && <br />}
                {signal.why}
              </li>
            ))}
          </ol>
        </>
      )}
      {advice.length > 0 && (
        <>
          <h4>{said.advice}</h4>
          <ol class="advice">
            {advice.map((line) => (
              <li>
                <Dialable text={line} />
              </li>
            ))}
          </ol>
        </>
      )}
    </section>
  );
}
