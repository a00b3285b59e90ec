/* What people write in more than a line; a box to tick; what one thing of a form is about. */
import type { ComponentChildren } from "preact";
import { useId } from "preact/hooks";

interface TextProps {
  label: string;
  name: string;
  value: string;
  onValue(value: string): void;
  hint?: string;
  error?: string;
  lang?: string;
  rows?: number;
  max?: number;
  /* Only to be read and copied. */
  fixed?: boolean;
}

export function Text({ label, name, value, onValue, hint, error, lang, rows = 2, max, fixed }: TextProps) {
  const id = useId();
  const note = error ?? hint;
  return (
    <div class="field">
      <label for={id}>{label}</label>
      <textarea id={id} class="cockpit__text" lang={lang} rows={rows} maxLength={max} readOnly={fixed} value={value} data-testid={`field-${name}`}
        aria-invalid={error ? true : undefined} aria-describedby={note ? `${id}-note` : undefined} onInput={(event) => onValue(event.currentTarget.value)} />
      {note && <p id={`${id}-note`} class={error ? "field__error" : "field__hint"}>{note}</p>}
    </div>
  );
}

export function Check({ label, name, value, onValue }: { label: string; name: string; value: boolean; onValue(value: boolean): void }) {
  return (
    <label class="choice">
      <input type="checkbox" name={name} checked={value} data-testid={`field-${name}`} onChange={(event) => onValue(event.currentTarget.checked)} />
      <span>{label}</span>
    </label>
  );
}

export function Part({ title, children }: { title: string; children: ComponentChildren }) {
  return <fieldset class="form"><legend>{title}</legend>{children}</fieldset>;
}
