/** The page's words, written into the page by the server from data/channels/web.yml (schema: bot/channels/web_words.py). */
export interface Words {
  title: string;
  welcome: string[];
  starters: { title: string; payload: string }[];
  header: {
    name: string;
    robot: string;
    font_size: string;
    font_sizes: string[];
    menu: string;
    menu_title: string;
    print_conversation: string;
    end_conversation: string;
    close: string;
    hotlines: { number: string; label: string; purpose: string }[];
    dialable: string[];
  };
  composer: { placeholder: string; label: string; send: string; image: string; image_label: string };
  states: {
    typing: string;
    slow: string;
    offline: string;
    online: string;
    failed: string;
    resend: string;
    sending_image: string;
    more_below: string;
    you: string;
    bot: string;
    conversation: string;
    load_failed: string;
  };
  ending: { title: string; question: string; confirm: string; cancel: string; done: string };
  answer: { more: string; basis: string; checked: string };
  verdict: {
    evident: string;
    suspicious: string;
    none: string;
    evident_note: string;
    suspicious_note: string;
    none_note: string;
    stage: string;
    raw: string;
    signals: string;
    advice: string;
  };
  receipt: {
    title: string;
    keep: string;
    hidden: string;
    copy_number: string;
    copied: string;
    copy_failed: string;
    download: string;
    slip_title: string;
    slip_note: string;
    slip_file: string;
  };
  evidence: {
    title: string;
    hint: string;
    choose: string;
    attach_sent: string;
    waiting: string;
    sending: string;
    attached: string;
    failed: string;
    unreachable: string;
    again: string;
  };
  document: { download: string; copy_text: string; show: string; print: string; no_print: string };
  /** Limits of the server, so that the page does not send what will be refused. */
  limits: { text: number; image: number; too_long: string; image_too_big: string; evidence_too_big: string };
}

export const words: Words = JSON.parse(document.getElementById('words')!.textContent!);
