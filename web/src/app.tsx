import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import { endConversation, loadHistory, newId, type Outgoing, send, type Turn } from './api';
import { Composer } from './composer';
import { type BotEntry, Buttons, Conversation, type Entry, type UserEntry } from './conversation';
import { unsaved } from './device';
import { Ending } from './ending';
import { Header } from './header';
import { Icon } from './icons';
import { fitting } from './picture';
import type { Button } from './replies';
import { Dialable } from './text';
import { words } from './words';

const PAGE_SHARE = 0.8; // of the visible part that one touch moves on, so that the last line read stays in sight
const HIDDEN_ENOUGH = 24; // pixels below the edge of the screen before the page points at them
const SLOW_AFTER = 8_000; // milliseconds until the page says that it is still waiting

function readOutbox(): Outgoing[] {
  try {
    return JSON.parse(unsaved.get('outbox') || '[]');
  } catch (error) {
    return []; // cut off by a full storage: what is readable elsewhere must not suffer
  }
}

/** Group what the channel remembers into turns; a bot's messages after one another are one turn. */
function entriesOf(turns: Turn[]): Entry[] {
  const entries: Entry[] = [];
  turns.forEach((turn, index) => {
    const time = new Date(turn.time).getTime();
    if (turn.from === 'user') {
      entries.push({ kind: 'user', id: turn.id || `history-${index}`, text: turn.text || '', time, state: 'sent' });
      if (turn.note) entries.push({ kind: 'bot', id: `note-${index}`, time, replies: [{ text: turn.note }] });
      return;
    }
    const last = entries[entries.length - 1];
    if (last && last.kind === 'bot' && time - last.time < 60_000) last.replies.push(turn);
    else entries.push({ kind: 'bot', id: `history-${index}`, time, replies: [turn] });
  });
  return entries;
}

export function App() {
  const [entries, setEntries] = useState<Entry[]>([]);
  const [text, setText] = useState(unsaved.get('draft') || '');
  const [waiting, setWaiting] = useState(0);
  const [slow, setSlow] = useState(false);
  const [reading, setReading] = useState(false);
  const [below, setBelow] = useState(false);
  const [notice, setNotice] = useState('');
  const [ending, setEnding] = useState(false);
  const list = useRef<HTMLElement>(null);
  const atEnd = useRef(false);
  const height = useRef(0);
  const queue = useRef<Promise<unknown>>(Promise.resolve());
  const outbox = useRef<Record<string, Outgoing>>({});
  const draft = useRef(text);
  const pictures = useRef<Record<string, File>>({});

  /** Every change of the box. Stored at once: an effect runs after the next frame, and a reload or a killed WebView may come before it. */
  const write = (now: string) => {
    draft.current = now;
    unsaved.set('draft', now);
    setText(now);
  };

  const change = (id: string, part: Partial<UserEntry>) =>
    setEntries((all) => all.map((entry) => (entry.id === id && entry.kind === 'user' ? { ...entry, ...part } : entry)));

  /** Keep what is not answered yet, so that a reload or a killed WebView loses nothing. Pictures are too big to keep. */
  const keepOutbox = () => {
    const typed = Object.keys(outbox.current).map((id) => outbox.current[id]!);
    const kept = typed.filter((message) => !message.image);
    unsaved.set('outbox', kept.length ? JSON.stringify(kept) : '');
  };

  const look = () => {
    const area = list.current!;
    // A keyboard that opens, or a box that grows, takes away the lower part; what was at the end stays in sight.
    if (height.current && area.clientHeight !== height.current && atEnd.current) area.scrollTop = area.scrollHeight;
    height.current = area.clientHeight;
    atEnd.current = area.scrollHeight - area.scrollTop - area.clientHeight <= HIDDEN_ENOUGH;
    setBelow(!atEnd.current);
  };

  // A layout effect, so that nothing can be sent before: sending keeps the outbox anew and would drop what an earlier page left in it.
  useLayoutEffect(() => {
    const left = readOutbox();
    left.forEach((message) => (outbox.current[message.id] = message));
    queue.current = loadHistory().then((turns) => {
      if (turns === null) setNotice(words.states.load_failed);
      const known = entriesOf(turns || []);
      const lost = left.filter(({ id }) => !known.some((entry) => entry.id === id));
      left.filter((message) => lost.indexOf(message) < 0).forEach(({ id }) => delete outbox.current[id]);
      const failed = lost.map((message): UserEntry => {
        return { kind: 'user', id: message.id, text: message.shown || message.text, time: Date.now(), state: 'failed' };
      });
      // What was typed while the history was loading comes after it.
      setEntries((now) => [...known, ...failed, ...now.filter((entry) => !known.some(({ id }) => id === entry.id))]);
      keepOutbox();
    });
    const online = () => setNotice(words.states.online);
    const offline = () => setNotice(words.states.offline);
    window.addEventListener('resize', look);
    window.addEventListener('online', online);
    window.addEventListener('offline', offline);
    return () => {
      window.removeEventListener('resize', look);
      window.removeEventListener('online', online);
      window.removeEventListener('offline', offline);
    };
  }, []);

  useLayoutEffect(() => look(), [notice]);

  useEffect(() => {
    if (!waiting) return setSlow(false);
    const timer = setTimeout(() => setSlow(true), SLOW_AFTER);
    return () => clearTimeout(timer);
  }, [waiting]);

  // An answer longer than the screen is read from its start, and so is the welcome; everything else from the end.
  useLayoutEffect(() => {
    const area = list.current!;
    const last = entries[entries.length - 1];
    const rows = area.querySelectorAll<HTMLElement>('.entry');
    const row = rows[rows.length - 1];
    if (!last) area.scrollTop = 0;
    else if (last.kind === 'bot' && row && row.offsetHeight > area.clientHeight) area.scrollTop = row.offsetTop - area.offsetTop - 8;
    else area.scrollTop = area.scrollHeight;
    look();
  }, [entries.length, waiting > 0]);

  const deliver = (message: Outgoing) => {
    outbox.current[message.id] = message;
    keepOutbox();
    setNotice('');
    setWaiting((count) => count + 1);
    // One after the other: an answer must not overtake the question before it.
    queue.current = queue.current.catch(() => undefined).then(async () => {
      setReading(!!message.image);
      const outcome = await send(message);
      setReading(false);
      setWaiting((count) => count - 1);
      if (outcome.kind === 'answered') {
        delete outbox.current[message.id];
        change(message.id, { text: outcome.text, state: 'sent' });
        const replies = outcome.note ? [{ text: outcome.note }, ...outcome.messages] : outcome.messages;
        const answer: BotEntry = { kind: 'bot', id: `answer-${message.id}`, time: Date.now(), replies };
        setEntries((all) => all.concat(answer));
      } else if (outcome.kind === 'refused') {
        delete outbox.current[message.id];
        setEntries((all) => all.filter((entry) => entry.id !== message.id));
        setNotice(outcome.words);
        // Back into the box, before anything written meanwhile.
        if (!message.shown && !message.image) write(draft.current ? `${message.text}\n${draft.current}` : message.text);
      } else {
        change(message.id, { state: 'failed' });
        if (outcome.words) setNotice(outcome.words);
      }
      keepOutbox();
    });
  };

  const say = (message: Outgoing, picture?: string) => {
    const entry: UserEntry = { kind: 'user', id: message.id, text: message.shown || message.text, time: Date.now(), state: 'sending', picture };
    setEntries((all) => all.concat(entry));
    deliver(message);
  };

  const type = (typed: string) => {
    write(typed);
    if (navigator.onLine) setNotice('');
  };

  const sendText = () => {
    const text = draft.current;
    if (!text.trim()) return;
    // The server says this too; knowing it here keeps a long paste from blinking out of the box and back.
    if (Array.from(text.trim()).length > words.limits.text) return setNotice(words.limits.too_long);
    say({ id: newId(), text });
    write('');
  };

  const sendImage = async (chosen: File) => {
    const image = await fitting(chosen, words.limits.image);
    if (!image) return setNotice(words.limits.image_too_big);
    const id = newId();
    pictures.current[id] = chosen;
    say({ id, text: '', image }, URL.createObjectURL(image));
  };

  const press = ({ title, payload }: Button) => say({ id: newId(), text: payload, shown: title });

  const resend = (entry: UserEntry) => {
    change(entry.id, { state: 'sending' });
    deliver(outbox.current[entry.id]!);
  };

  const end = async () => {
    setEnding(false);
    if (!(await endConversation())) return setNotice(words.states.failed);
    outbox.current = {};
    keepOutbox();
    pictures.current = {};
    write('');
    setEntries([]);
    setNotice(words.ending.done);
    queue.current = loadHistory();
  };

  // A picture whose words were refused is no evidence of anything yet; its entry is gone.
  const sent = entries.map(({ id }) => pictures.current[id]).filter((file): file is File => !!file);

  return (
    <>
      <Header onEnd={() => setEnding(true)} />
      <main ref={list} tabIndex={-1} onScroll={look}>
        <div role="log" aria-live="polite" aria-relevant="additions" aria-label={words.states.conversation}>
          <div class="turn bot">
            <span class="speaker">{words.states.bot}</span>
            {words.welcome.map((line) => (
              <div class="bubble">
                <Dialable text={line} />
              </div>
            ))}
          </div>
          {!entries.length && <Buttons buttons={words.starters} onPress={press} />}
          <Conversation entries={entries} busy={waiting > 0} sent={sent} onPress={press} onResend={resend} />
          {waiting > 0 && (
            <div class="turn bot">
              <div class="bubble typing">
                {reading ? words.states.sending_image : slow ? words.states.slow : words.states.typing}
                <i />
                <i />
                <i />
              </div>
            </div>
          )}
        </div>
      </main>
      <footer>
        {below && (
          <button type="button" class="below" onClick={() => (list.current!.scrollTop += list.current!.clientHeight * PAGE_SHARE)}>
            <Icon name="down" />
            {words.states.more_below}
          </button>
        )}
        {notice && (
          <div class="notice" role="alert">
            <span>{notice}</span>
            <button type="button" aria-label={words.header.close} onClick={() => setNotice('')}>
              ×
            </button>
          </div>
        )}
        <Composer text={text} onResize={look} onText={type} onSend={sendText} onImage={sendImage} />
      </footer>
      {ending && <Ending onConfirm={end} onCancel={() => setEnding(false)} />}
    </>
  );
}
