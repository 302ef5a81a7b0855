/** Talks to the channel. XMLHttpRequest, because old WebViews have no way to stop a fetch that hangs. */
import type { Reply } from './replies';
import { words } from './words';

const BASE = '/webhooks/web';
const TIMEOUT = 40_000; // milliseconds a turn may take before the same message is sent again
const IMAGE_TIMEOUT = 90_000; // milliseconds for a slow upload and the reading of a screenshot
const STALLED = 60_000; // milliseconds without a byte of evidence moving, or without the server's word after the last one
const RETRY_AFTER = [1_500, 4_000]; // milliseconds before the second and the third try

export interface Turn extends Reply {
  from: 'user' | 'bot';
  id?: string;
  time: string;
  note?: string;
}

export interface Outgoing {
  id: string;
  /** What Rasa reads. */
  text: string;
  /** The words on the button that was pressed; missing when typed. */
  shown?: string;
  image?: Blob;
}

export type Outcome =
  | { kind: 'answered'; text: string; note: string | null; messages: Reply[] }
  | { kind: 'refused'; code: string; words: string }
  | { kind: 'unreachable'; words?: string };

interface Response {
  status: number;
  body: any;
}

function request(method: string, path: string, body?: string | Blob, headers: Record<string, string> = {}, timeout = TIMEOUT, onProgress?: (share: number) => void): Promise<Response> {
  return new Promise((resolve) => {
    const call = new XMLHttpRequest();
    call.open(method, BASE + path);
    call.timeout = timeout;
    call.setRequestHeader('X-Web-Chat', '1'); // what a link or form on another site cannot send
    Object.keys(headers).forEach((name) => call.setRequestHeader(name, headers[name]!));
    if (onProgress) {
      const begun = Date.now();
      call.upload.onprogress = ({ loaded, total }) => {
        call.timeout = Date.now() - begun + timeout; // a slow upload may take long, one that stands still may not
        onProgress(loaded / total);
      };
    }
    const finish = () => {
      let parsed: any = null;
      try {
        parsed = JSON.parse(call.responseText);
      } catch (error) {
        // A proxy's error page is not JSON: the status alone decides.
      }
      resolve({ status: call.status, body: parsed });
    };
    call.onload = finish;
    call.onerror = call.ontimeout = call.onabort = () => resolve({ status: 0, body: null });
    call.send(body === undefined ? null : body);
  });
}

const wait = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

/** An id nobody else in this session used; the server processes each once, however often it arrives. */
export function newId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => ('0' + byte.toString(16)).slice(-2)).join('');
}

/** Give the conversation so far, or null when it could not be read. Also begins a session where there is none. */
export async function loadHistory(): Promise<Turn[] | null> {
  for (let attempt = 0; ; attempt++) {
    const { status, body } = await request('GET', '/history');
    if (status === 200 && body) return body.messages;
    const pause = RETRY_AFTER[attempt];
    if (pause === undefined || (status >= 400 && status < 500)) return null;
    await wait(pause);
  }
}

function post(message: Outgoing): Promise<Response> {
  if (message.image) {
    return request('POST', '/images', message.image, { 'Content-Type': message.image.type, 'X-Message-Id': message.id }, IMAGE_TIMEOUT);
  }
  const fields = { id: message.id, text: message.text, shown: message.shown };
  return request('POST', '/messages', JSON.stringify(fields), { 'Content-Type': 'application/json' });
}

/** Send a message, again with the same id while the way is broken. */
export async function send(message: Outgoing): Promise<Outcome> {
  let renewed = false;
  let reason: string | undefined;
  for (let attempt = 0; ; ) {
    const { status, body } = await post(message);
    if (status === 200 && body) return { kind: 'answered', text: body.text, note: body.note, messages: body.messages };
    const error = body && body.error;
    reason = error ? error.words : undefined;
    if (status === 401 && !renewed) {
      renewed = true;
      await request('GET', '/history');
      continue;
    }
    if (error && status < 500) return { kind: 'refused', code: error.code, words: error.words };
    const pause = RETRY_AFTER[attempt++];
    if (pause === undefined) return { kind: 'unreachable', words: reason };
    await wait(pause);
  }
}

const AGAIN = ['too_many', 'store_full']; // refusals that say nothing about the file

export type Attached = { kind: 'attached' } | { kind: 'failed'; words: string; again: boolean };

/** Add a file to a tip-off, again while the way is broken; the server keeps a file once, however often it arrives. */
export async function attach(ticket: string, file: File, onProgress: (share: number) => void): Promise<Attached> {
  const headers = { 'Content-Type': 'application/octet-stream', 'X-Upload-Ticket': ticket, 'X-File-Name': encodeURIComponent(file.name) };
  for (let attempt = 0; ; attempt++) {
    const { status, body } = await request('POST', '/evidence', file, headers, STALLED, onProgress);
    if (status === 200 && body) return { kind: 'attached' };
    const error = body && body.error;
    const pause = RETRY_AFTER[attempt];
    if (pause === undefined || (error && status < 500)) {
      const again = !error || status >= 500 || AGAIN.indexOf(error.code) >= 0;
      return { kind: 'failed', words: error ? error.words : words.evidence.unreachable, again };
    }
    await wait(pause);
  }
}

export async function endConversation(): Promise<boolean> {
  return (await request('POST', '/end')).status === 200;
}
