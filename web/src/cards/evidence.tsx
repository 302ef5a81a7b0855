import { useRef, useState } from 'preact/hooks';
import { attach, newId } from '../api';
import { Icon } from '../icons';
import type { EvidenceData } from '../replies';
import { words } from '../words';

const KINDS = 'image/png,image/jpeg,image/webp,audio/*,.m4a,.amr,application/pdf'; // only what the phone offers; the server looks inside

interface Piece {
  id: string;
  file: File;
  state: 'waiting' | 'sending' | 'attached' | 'failed';
  percent: number;
  /** What went wrong, in the person's words. */
  reason?: string;
  /** Whether the same file may be taken when it is sent again. */
  again?: boolean;
}

/** Takes files for the tip-off that was just submitted or looked up. A file that failed stays in the list and can be sent again. */
export function EvidenceCard({ ticket, most_bytes: mostBytes, sent }: EvidenceData & { sent: File[] }) {
  const said = words.evidence;
  const [pieces, setPieces] = useState<Piece[]>([]);
  const queue = useRef<Promise<unknown>>(Promise.resolve());
  const change = (id: string, part: Partial<Piece>) => setPieces((all) => all.map((piece) => (piece.id === id ? { ...piece, ...part } : piece)));

  // One after the other: an old phone on a village network finishes one file sooner than two halves.
  const upload = ({ id, file }: Piece) => {
    change(id, { state: 'waiting', percent: 0, reason: undefined });
    queue.current = queue.current.then(async () => {
      change(id, { state: 'sending' });
      const outcome = await attach(ticket, file, (share) => change(id, { percent: Math.floor(share * 100) }));
      change(id, outcome.kind === 'attached' ? { state: 'attached' } : { state: 'failed', reason: outcome.words, again: outcome.again });
    });
  };

  const add = (files: File[]) => {
    const added = files.map((file): Piece => {
      if (file.size > mostBytes) return { id: newId(), file, state: 'failed', percent: 0, reason: words.limits.evidence_too_big };
      return { id: newId(), file, state: 'waiting', percent: 0 };
    });
    setPieces((all) => all.concat(added));
    added.filter(({ state }) => state === 'waiting').forEach(upload);
  };

  const unattached = sent.filter((file) => !pieces.some((piece) => piece.file === file));
  const states = { waiting: () => said.waiting, attached: () => said.attached, failed: () => said.failed };
  const stateOf = ({ state, percent }: Piece) => (state === 'sending' ? said.sending.replace('{percent}', String(percent)) : states[state]());
  return (
    <section class="card evidence" aria-label={said.title}>
      <h3>{said.title}</h3>
      <p>{said.hint}</p>
      <ul class="pieces" role="status">
        {pieces.map((piece) => (
          <li key={piece.id} class={piece.state}>
            <span class="name">{piece.file.name}</span>
            <span class="state">
              {piece.state === 'attached' && <Icon name="done" />}
              {stateOf(piece)}
            </span>
            {piece.state === 'sending' && <progress max={100} value={piece.percent} aria-hidden="true" />}
            {piece.reason && <p class="hint">{piece.reason}</p>}
            {piece.again && piece.state === 'failed' && (
              <button type="button" class="resend" onClick={() => upload(piece)}>
                <Icon name="resend" />
                {said.again}
              </button>
            )}
          </li>
        ))}
      </ul>
      <div class="tools">
        {unattached.length > 0 && (
          <button type="button" class="tool" onClick={() => add(unattached)}>
            <Icon name="image" />
            {said.attach_sent.replace('{count}', String(unattached.length))}
          </button>
        )}
        <label class="tool choose">
          <input
            type="file"
            multiple
            accept={KINDS}
            aria-label={said.choose}
            onChange={(event) => {
              const input = event.currentTarget;
              add(Array.from(input.files || []));
              input.value = '';
            }}
          />
          <Icon name="attach" />
          <span aria-hidden="true">{said.choose}</span>
        </label>
      </div>
    </section>
  );
}
