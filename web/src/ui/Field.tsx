/* A labelled input with the server's or the browser's message beside it. */
import { useId } from "preact/hooks";

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
}

export function Field(props: Props) {
  const id = useId();
  const note = props.error ?? props.hint;
  return (
    <div class="field">
      <label for={id}>{props.label}</label>
      <input id={id} name={props.name} type={props.type ?? "text"} value={props.value} required={props.required}
        minLength={props.minLength} autocomplete={props.autocomplete} data-testid={`field-${props.name}`}
        aria-invalid={props.error ? true : undefined} aria-describedby={note ? `${id}-note` : undefined}
        onInput={(event) => props.onValue(event.currentTarget.value)} />
      {note && <p id={`${id}-note`} class={props.error ? "field__error" : "field__hint"}>{note}</p>}
    </div>
  );
}
