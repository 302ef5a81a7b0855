import { downloadText } from '../device';
import { Icon } from '../icons';
import type { ReceiptData } from '../replies';
import { Dialable } from '../text';
import { words } from '../words';
import { CopyButton, PrintButton } from './actions';

/** The number that finds a tip-off again, easy to copy onto paper. The slip holds nothing about the person. */
export function ReceiptCard({ receipt, words: sentence }: ReceiptData) {
  const said = words.receipt;
  // Its keepers hide it once it was shown, so a reload finds only stars.
  const hidden = !/^\d+$/.test(receipt);
  const groups = receipt.match(/.{1,4}/g) || [];
  const slip = [said.slip_title, '', groups.join(' '), '', new Date().toLocaleString('zh-CN'), said.slip_note].join('\n');
  return (
    <section class="card receipt" aria-label={said.title}>
      <h3>{said.title}</h3>
      <p class="number" aria-label={receipt.split('').join(' ')}>
        {groups.map((group) => (
          <span aria-hidden="true">{group}</span>
        ))}
      </p>
      <p class="keep">
        <Dialable text={hidden ? said.hidden : sentence || said.keep} />
      </p>
      {!hidden && (
        <div class="tools">
          <CopyButton text={receipt} label={said.copy_number} />
          <button type="button" class="tool" onClick={() => downloadText(`${said.slip_file}.txt`, slip)}>
            <Icon name="download" />
            {said.download}
          </button>
          <PrintButton />
        </div>
      )}
    </section>
  );
}
