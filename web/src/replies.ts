/** What the assistant says, as the channel sends it (bot/channels/history.py) and the actions make it. */
export interface Button {
  title: string;
  payload: string;
}

export interface Signal {
  signal: string;
  name: string;
  /** Half-open range in the raw text, counted in code points as Python does. */
  start: number;
  end: number;
  phrase: string;
  why: string;
}

export interface AnswerData {
  type: 'answer';
  topic: string;
  more: string[];
  citations: { law: string; article: string; checked: string }[];
}

export interface VerdictData {
  type: 'verdict';
  verdict: 'evident' | 'suspicious' | 'none';
  score: number;
  stage?: string;
  raw: string;
  signals: Signal[];
  advice: string[];
}

export interface ReceiptData {
  type: 'receipt';
  receipt: string;
  words?: string;
}

export interface EvidenceData {
  type: 'evidence';
  /** Lets this session, and no other, add files to one tip-off for a while. */
  ticket: string;
  most_bytes: number;
}

export interface DocumentData {
  type: 'document';
  /** The file's name; `.txt` is added where it has no ending. */
  name: string;
  /** A path on this server. */
  url?: string;
  text?: string;
  /** What `text` is, or what `base64` holds; plain text when missing. */
  media_type?: string;
  /** A binary file, such as a .docx. */
  base64?: string;
}

export interface ChecklistData {
  type: 'checklist';
  title: string;
  /** One thing each; or, where an item has several lines, sections: the first line is the heading, items of one line are notes. */
  items: string[];
  /** Whether there is something to tick off; true when missing. */
  ticks?: boolean;
}

export type Custom = AnswerData | VerdictData | ReceiptData | EvidenceData | DocumentData | ChecklistData;

export interface Reply {
  text?: string;
  buttons?: Button[];
  custom?: Custom;
  image?: string;
}

/** A payload that names an intent outright; the server takes it only while its button is the newest. */
export const isCommand = (payload: string): boolean => payload.charAt(0) === '/';
