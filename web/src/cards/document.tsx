import { downloadBase64, downloadText } from '../device';
import { Icon } from '../icons';
import type { ChecklistData, DocumentData } from '../replies';
import { Dialable } from '../text';
import { words } from '../words';
import { CopyButton, PrintButton } from './actions';

/** Only this server's own paths: a link the assistant shows can never lead elsewhere or run anything. */
export const ownPath = (url: string | undefined): string | undefined => (url && /^\/(?![/\\])/.test(url) ? url : undefined);

/** A letter or form to take away. Only plain text is shown here; a page or a word-processor file is for downloading. */
export function DocumentCard({ name, url, text, media_type: mediaType, base64 }: DocumentData) {
  const said = words.document;
  const path = ownPath(url);
  const plain = text !== undefined && (base64 !== undefined || !mediaType || mediaType === 'text/plain') ? text : undefined;
  const title = name.replace(/\.[a-z0-9]{2,5}$/i, '');
  const download = () => {
    if (base64 !== undefined) downloadBase64(name, base64, mediaType);
    else downloadText(title === name ? `${name}.txt` : name, text || '', mediaType);
  };
  return (
    <section class="card document" aria-label={title}>
      <h3>{title}</h3>
      {plain && (
        <details class="fold" open={plain.length < 600}>
          <summary>{said.show}</summary>
          <div class="paper">{plain}</div>
        </details>
      )}
      <div class="tools">
        {path ? (
          <a class="tool" href={path} download={name}>
            <Icon name="download" />
            {said.download}
          </a>
        ) : (
          (text !== undefined || base64 !== undefined) && (
            <button type="button" class="tool" onClick={download}>
              <Icon name="download" />
              {said.download}
            </button>
          )
        )}
        {plain && <CopyButton text={plain} label={said.copy_text} />}
        {plain && <PrintButton />}
      </div>
    </section>
  );
}

interface Section {
  heading: string;
  lines: string[];
}

/** Read an item of several lines as a section; the brackets around its heading are for channels without headings. */
function section(item: string): Section {
  const [first = '', ...lines] = item.split('\n');
  return { heading: first.replace(/^【(.*)】$/, '$1'), lines };
}

function Lines({ lines, ticks }: { lines: string[]; ticks: boolean }) {
  return (
    <ul class={ticks ? 'ticks' : 'plain'}>
      {lines.map((line) => (
        <li>
          {ticks ? (
            <label>
              <input type="checkbox" />
              <span>
                <Dialable text={line} />
              </span>
            </label>
          ) : (
            <Dialable text={line} />
          )}
        </li>
      ))}
    </ul>
  );
}

/** Things to do or bring, to tick off on the phone or on paper. */
export function ChecklistCard({ title, items, ticks = true }: ChecklistData) {
  const sectioned = items.some((item) => item.indexOf('\n') >= 0);
  return (
    <section class="card checklist" aria-label={title}>
      <h3>{title}</h3>
      {sectioned ? (
        items.map((item) => {
          const { heading, lines } = section(item);
          return lines.length ? (
            <>
              <h4>{heading}</h4>
              <Lines lines={lines} ticks={ticks} />
            </>
          ) : (
            <p class="remark">
              <Dialable text={item} />
            </p>
          );
        })
      ) : (
        <Lines lines={items} ticks={ticks} />
      )}
      <div class="tools">
        <CopyButton text={[title].concat(items).join('\n')} label={words.document.copy_text} />
        <PrintButton />
      </div>
    </section>
  );
}
