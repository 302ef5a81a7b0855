/** What differs between phones: storage that may be forbidden, copying, downloading, printing. */

function storage(kind: 'localStorage' | 'sessionStorage') {
  return {
    get(name: string): string | null {
      try {
        return window[kind].getItem(name);
      } catch (error) {
        return null; // storage is forbidden (private window, some WebViews): the page works without it
      }
    },
    set(name: string, value: string): void {
      try {
        if (value) window[kind].setItem(name, value);
        else window[kind].removeItem(name);
      } catch (error) {
        // Forbidden or full: only the convenience is lost.
      }
    },
  };
}

/** Kept on this device: only how the page looks. */
export const settings = storage('localStorage');
/** Kept until the page is closed: what the person wrote and has not sent. Never longer, the device may be shared. */
export const unsaved = storage('sessionStorage');

export async function copyText(text: string): Promise<boolean> {
  if (navigator.clipboard && window.isSecureContext) {
    try {
      await navigator.clipboard.writeText(text);
      return true;
    } catch (error) {
      // Refused by the WebView: the old way may still work.
    }
  }
  const area = document.createElement('textarea');
  area.value = text;
  area.className = 'off-screen';
  area.readOnly = true;
  document.body.appendChild(area);
  area.select();
  area.setSelectionRange(0, text.length);
  let copied = false;
  try {
    copied = document.execCommand('copy');
  } catch (error) {
    copied = false;
  }
  document.body.removeChild(area);
  return copied;
}

/** Offer a text as a file. The mark at its start lets Windows' editor see that it is UTF-8. */
export function downloadText(name: string, text: string, mediaType = 'text/plain'): void {
  download(name, new Blob(['\ufeff' + text.replace(/\n/g, '\r\n')], { type: `${mediaType};charset=utf-8` }));
}

/** Offer a binary file. */
export function downloadBase64(name: string, base64: string, mediaType = 'application/octet-stream'): void {
  const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
  download(name, new Blob([bytes], { type: mediaType }));
}

function download(name: string, file: Blob): void {
  const url = URL.createObjectURL(file);
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  document.body.appendChild(link);
  link.click();
  document.body.removeChild(link);
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}

/** Print one card, or everything. Returns false where the browser cannot print (WeChat). */
export function printOut(card?: Element | null): boolean {
  if (typeof window.print !== 'function' || /MicroMessenger/i.test(navigator.userAgent)) return false;
  const folded = Array.from(document.querySelectorAll<HTMLDetailsElement>('details:not([open])'));
  folded.forEach((details) => (details.open = true));
  if (card) {
    document.body.classList.add('printing-one');
    card.classList.add('print-me');
  }
  window.print();
  if (card) {
    document.body.classList.remove('printing-one');
    card.classList.remove('print-me');
  }
  folded.forEach((details) => (details.open = false));
  return true;
}
