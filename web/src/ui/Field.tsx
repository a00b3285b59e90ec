/* A labelled input with the server's or the browser's message beside it, and a choice of few. */
import { useEffect, useId, useRef } from "preact/hooks";

interface Props {
  label: string;
  name: string;
  value: string;
  onValue(value: string): void;
  type?: string;
  hint?: string;
  error?: string;
  autocomplete?: string;
  required?: boolean;
  minLength?: number;
  maxLength?: number;
  /* Takes the focus when it appears: the step that the person is at. */
  focus?: boolean;
}

export function Field(props: Props) {
  const id = useId();
  const input = useRef<HTMLInputElement>(null);
  useEffect(() => {
    if (props.focus) input.current?.focus();
  }, []);
  const note = props.error ?? props.hint;
  return (
    <div class="field">
      <label for={id}>{props.label}</label>
      <input ref={input} id={id} name={props.name} type={props.type ?? "text"} value={props.value} required={props.required}
        minLength={props.minLength} maxLength={props.maxLength} autocomplete={props.autocomplete} data-testid={`field-${props.name}`}
        aria-invalid={props.error ? true : undefined} aria-describedby={note ? `${id}-note` : undefined}
        onInput={(event) => props.onValue(event.currentTarget.value)} />
      {note && <p id={`${id}-note`} class={props.error ? "field__error" : "field__hint"}>{note}</p>}
    </div>
  );
}

interface SelectProps {
  label: string;
  name: string;
  value: string;
  options: [value: string, text: string][];
  onValue(value: string): void;
  error?: string;
}

export function SelectField({ label, name, value, options, onValue, error }: SelectProps) {
  const id = useId();
  return (
    <div class="field">
      <label for={id}>{label}</label>
      <select id={id} name={name} value={value} data-testid={`field-${name}`} aria-invalid={error ? true : undefined}
        aria-describedby={error ? `${id}-note` : undefined} onChange={(event) => onValue(event.currentTarget.value)}>
        {options.map(([one, text]) => <option key={one} value={one}>{text}</option>)}
      </select>
      {error && <p id={`${id}-note`} class="field__error">{error}</p>}
    </div>
  );
}
