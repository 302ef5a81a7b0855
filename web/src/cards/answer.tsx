import type { AnswerData } from '../replies';
import { Dialable } from '../text';
import { words } from '../words';

/** The details of an answer and the law it rests on, folded away until asked for. */
export function AnswerCard({ more, citations }: AnswerData) {
  if (!more.length && !citations.length) return null;
  return (
    <details class="fold">
      <summary>{words.answer.more}</summary>
      {more.map((line) => (
        <p>
          <Dialable text={line} />
        </p>
      ))}
      {citations.map((citation) => (
        <p class="basis">
          {words.answer.basis}：{citation.law} {citation.article}（{words.answer.checked} {citation.checked}）
        </p>
      ))}
    </details>
  );
}
