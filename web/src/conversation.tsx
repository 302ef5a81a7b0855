import { AnswerCard } from './cards/answer';
import { ChecklistCard, DocumentCard, ownPath } from './cards/document';
import { EvidenceCard } from './cards/evidence';
import { ReceiptCard } from './cards/receipt';
import { VerdictCard } from './cards/verdict';
import { Icon } from './icons';
import { type Button, type Custom, isCommand, type Reply } from './replies';
import { Dialable } from './text';
import { words } from './words';

export interface UserEntry {
  kind: 'user';
  id: string;
  text: string;
  time: number;
  state: 'sending' | 'sent' | 'failed';
  /** A picture that was sent, as an address of this page's own memory. */
  picture?: string;
}

export interface BotEntry {
  kind: 'bot';
  id: string;
  time: number;
  replies: Reply[];
}

export type Entry = UserEntry | BotEntry;

const GAP = 5 * 60_000; // milliseconds of silence after which the time is shown

const LONG = 400; // characters of an own message after which it scrolls in itself: a pasted chat must not push its verdict away

function clock(time: number): string {
  const date = new Date(time);
  const two = (number: number) => ('0' + number).slice(-2);
  const hours = `${two(date.getHours())}:${two(date.getMinutes())}`;
  return date.toDateString() === new Date().toDateString() ? hours : `${date.getMonth() + 1}-${two(date.getDate())} ${hours}`;
}

function Card({ custom, sent }: { custom: Custom; sent: File[] }) {
  switch (custom.type) {
    case 'answer':
      return <AnswerCard {...custom} />;
    case 'verdict':
      return <VerdictCard {...custom} />;
    case 'receipt':
      return <ReceiptCard {...custom} />;
    case 'evidence':
      return <EvidenceCard {...custom} sent={sent} />;
    case 'document':
      return <DocumentCard {...custom} />;
    case 'checklist':
      return <ChecklistCard {...custom} />;
    default:
      return null; // a card this page is too old to know; its text came as a message of its own
  }
}

export function Buttons({ buttons, onPress }: { buttons: Button[]; onPress: (button: Button) => void }) {
  return (
    <ul class="buttons">
      {buttons.map((button) => (
        <li>
          <button type="button" onClick={() => onPress(button)}>
            {button.title}
          </button>
        </li>
      ))}
    </ul>
  );
}

/** An answer's details come after it as a message of their own; they belong before the buttons that lead on from it. */
function readingOrder(replies: Reply[]): Reply[] {
  const ordered: Reply[] = [];
  replies.forEach((reply) => {
    const before = ordered[ordered.length - 1];
    if (reply.custom && reply.custom.type === 'answer' && !reply.text && before && before.buttons && !before.custom) {
      ordered.push({ text: before.text, custom: reply.custom, buttons: before.buttons });
      ordered.splice(-2, 1);
    } else ordered.push(reply);
  });
  return ordered;
}

function BotTurn({ entry, newest, busy, sent, onPress }: { entry: BotEntry; newest: boolean } & Pick<Props, 'busy' | 'sent' | 'onPress'>) {
  return (
    <div class="turn bot" data-id={entry.id}>
      <span class="speaker">{words.states.bot}</span>
      {readingOrder(entry.replies).map(({ text, buttons, custom, image }) => {
        // A command belongs to the question it was offered with; a plain suggestion stays good.
        const live = (buttons || []).filter(({ payload }) => !isCommand(payload) || (newest && !busy));
        const picture = ownPath(image);
        return (
          <>
            {text && (
              <div class="bubble">
                <Dialable text={text} />
              </div>
            )}
            {picture && <img class="picture" src={picture} alt="" />}
            {custom && <Card custom={custom} sent={sent} />}
            {live.length > 0 && <Buttons buttons={live} onPress={onPress} />}
          </>
        );
      })}
    </div>
  );
}

function UserTurn({ entry, onResend }: { entry: UserEntry; onResend: (entry: UserEntry) => void }) {
  return (
    <div class="turn user" data-id={entry.id}>
      <span class="speaker">{words.states.you}</span>
      <div class={entry.text.length > LONG ? 'bubble long' : 'bubble'}>
        {entry.picture && <img class="picture" src={entry.picture} alt="" />}
        {entry.text}
      </div>
      {entry.state === 'failed' && (
        <button type="button" class="resend" onClick={() => onResend(entry)}>
          <Icon name="resend" />
          {words.states.failed}，{words.states.resend}
        </button>
      )}
    </div>
  );
}

interface Props {
  entries: Entry[];
  busy: boolean;
  /** Pictures sent since the page was opened, as they were chosen. */
  sent: File[];
  onPress: (button: Button) => void;
  onResend: (entry: UserEntry) => void;
}

/** Everything said so far. */
export function Conversation({ entries, busy, sent, onPress, onResend }: Props) {
  return (
    <>
      {entries.map((entry, index) => {
        const before = entries[index - 1];
        const stamped = !before ? entry.kind === 'user' : entry.time - before.time > GAP;
        return (
          <div key={entry.id} class="entry">
            {stamped && <div class="time">{clock(entry.time)}</div>}
            {entry.kind === 'bot' ? (
              <BotTurn entry={entry} newest={index === entries.length - 1} busy={busy} sent={sent} onPress={onPress} />
            ) : (
              <UserTurn entry={entry} onResend={onResend} />
            )}
          </div>
        );
      })}
    </>
  );
}
