import { downloadText } from '../device';
import { Icon } from '../icons';
import type { ChecklistData, DocumentData } from '../replies';
import { Dialable } from '../text';
import { words } from '../words';
import { CopyButton, PrintButton } from './actions';

/** Only this server's own paths: a link the assistant shows can never lead elsewhere or run anything. */
export const ownPath = (url: string | undefined): string | undefined => (url && /^\/(?![/\\])/.test(url) ? url : undefined);

/** A letter or form to take away. */
export function DocumentCard({ name, url, text }: DocumentData) {
  const said = words.document;
  const path = ownPath(url);
  return (
    <section class="card document" aria-label={name}>
      <h3>{name}</h3>
      {text && (
        <details class="fold" open={text.length < 600}>
          <summary>{said.show}</summary>
          <div class="paper">{text}</div>
        </details>
      )}
      <div class="tools">
        {path && (
          <a class="tool" href={path} download={name}>
            <Icon name="download" />
            {said.download}
          </a>
        )}
        {text && !path && (
          <button type="button" class="tool" onClick={() => downloadText(`${name}.txt`, text)}>
            <Icon name="download" />
            {said.download}
          </button>
        )}
        {text && <CopyButton text={text} label={said.copy_text} />}
        {text && <PrintButton />}
      </div>
    </section>
  );
}

/** Things to do or bring, to tick off on the phone or on paper. */
export function ChecklistCard({ title, items }: ChecklistData) {
  return (
    <section class="card checklist" aria-label={title}>
      <h3>{title}</h3>
      <ul>
        {items.map((item) => (
          <li>
            <label>
              <input type="checkbox" />
              <span>
                <Dialable text={item} />
              </span>
            </label>
          </li>
        ))}
      </ul>
      <div class="tools">
        <CopyButton text={[title].concat(items.map((item) => `□ ${item}`)).join('\n')} label={words.document.copy_text} />
        <PrintButton />
      </div>
    </section>
  );
}
