import { useEffect, useRef } from 'preact/hooks';
import { Icon } from './icons';
import { words } from './words';

const MAX_SHARE = 0.3; // of the page's height the box may grow to before it scrolls

interface Props {
  text: string;
  onText: (text: string) => void;
  onResize: () => void;
  onSend: () => void;
  onImage: (image: File) => void;
}

/** The box people write in. It grows with what is pasted, and keeps the text until the server has taken it. */
export function Composer({ text, onText, onResize, onSend, onImage }: Props) {
  const box = useRef<HTMLTextAreaElement>(null);

  useEffect(() => {
    const area = box.current!;
    area.style.height = ''; // the style sheet's height, which follows the letter size
    if (text) area.style.height = `${Math.min(area.scrollHeight + 4, window.innerHeight * MAX_SHARE)}px`;
    onResize();
  }, [text]);

  return (
    <form
      class="composer"
      onSubmit={(event) => {
        event.preventDefault();
        onSend();
        box.current!.focus();
      }}
    >
      <label class="image-button">
        <input
          type="file"
          accept="image/png,image/jpeg,image/webp"
          aria-label={words.composer.image_label}
          onChange={(event) => {
            const input = event.currentTarget;
            const image = input.files && input.files[0];
            if (image) onImage(image);
            input.value = '';
          }}
        />
        <Icon name="image" />
        <span aria-hidden="true">{words.composer.image}</span>
      </label>
      <textarea
        ref={box}
        rows={1}
        value={text}
        aria-label={words.composer.label}
        placeholder={words.composer.placeholder}
        autocomplete="off"
        enterkeyhint="send"
        onInput={(event) => onText(event.currentTarget.value)}
        onKeyDown={(event) => {
          // 229: the Enter that picks a word in a Chinese input method must not send half a sentence.
          if (event.key === 'Enter' && !event.shiftKey && !event.isComposing && event.keyCode !== 229) {
            event.preventDefault();
            onSend();
          }
        }}
      />
      <button type="submit" class="send" disabled={!text.trim()}>
        {words.composer.send}
      </button>
    </form>
  );
}
