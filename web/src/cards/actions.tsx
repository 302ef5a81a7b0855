import { useState } from 'preact/hooks';
import { copyText, printOut } from '../device';
import { Icon } from '../icons';
import { words } from '../words';

/** A button that copies, and says whether it could. */
export function CopyButton({ text, label }: { text: string; label: string }) {
  const [state, setState] = useState<'idle' | 'copied' | 'failed'>('idle');
  const said = { idle: label, copied: words.receipt.copied, failed: words.receipt.copy_failed }[state];
  return (
    <button type="button" class="tool" onClick={async () => setState((await copyText(text)) ? 'copied' : 'failed')}>
      <Icon name="copy" />
      <span aria-live="polite">{said}</span>
    </button>
  );
}

/** A button that prints the card it is in. */
export function PrintButton() {
  const [impossible, setImpossible] = useState(false);
  return (
    <>
      <button type="button" class="tool" onClick={(event) => setImpossible(!printOut(event.currentTarget.closest('.card')))}>
        <Icon name="print" />
        {words.document.print}
      </button>
      {impossible && (
        <p class="hint" role="status">
          {words.document.no_print}
        </p>
      )}
    </>
  );
}
