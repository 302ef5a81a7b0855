import { useEffect, useRef } from 'preact/hooks';
import { words } from './words';

/** Asks before a conversation is closed; the safe answer has the focus. */
export function Ending({ onConfirm, onCancel }: { onConfirm: () => void; onCancel: () => void }) {
  const cancel = useRef<HTMLButtonElement>(null);
  const confirm = useRef<HTMLButtonElement>(null);

  useEffect(() => {
    const before = document.activeElement as HTMLElement | null;
    cancel.current!.focus();
    return () => before && before.focus();
  }, []);

  return (
    <div
      class="veil"
      onKeyDown={(event) => {
        if (event.key === 'Escape') onCancel();
        if (event.key === 'Tab') {
          // The page behind must not be reached while this is open.
          event.preventDefault();
          (document.activeElement === cancel.current ? confirm : cancel).current!.focus();
        }
      }}
    >
      <div class="dialog" role="alertdialog" aria-modal="true" aria-labelledby="ending-title" aria-describedby="ending-question">
        <h2 id="ending-title">{words.ending.title}</h2>
        <p id="ending-question">{words.ending.question}</p>
        <button type="button" ref={cancel} class="primary" onClick={onCancel}>
          {words.ending.cancel}
        </button>
        <button type="button" ref={confirm} onClick={onConfirm}>
          {words.ending.confirm}
        </button>
      </div>
    </div>
  );
}
