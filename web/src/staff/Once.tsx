/* A secret that is shown once: it stays until it is said to be kept. */
import { Text } from "../room/Text";
import { staffWords } from "./words";

export function Once({ label, secret, onKept }: { label: string; secret: string; onKept(): void }) {
  const w = staffWords().hook;
  return (
    <section class="panel form" aria-label={label} data-testid="once">
      <p role="status"><strong>{w.once}</strong></p>
      <Text label={label} name="secret" rows={2} value={secret} onValue={() => undefined} fixed />
      <div><button type="button" class="button" data-testid="kept" onClick={onKept}>{w.noted}</button></div>
    </section>
  );
}

/* A choice of several, by their words. */
export function Several({ label, name, all, chosen, onChosen, error }: {
  label: string; name: string; all: [value: string, text: string][]; chosen: string[]; onChosen(chosen: string[]): void; error?: string;
}) {
  return (
    <fieldset class="form" aria-describedby={error ? `${name}-note` : undefined}>
      <legend>{label}</legend>
      <div class="staff__pair">
        {all.map(([value, text]) => (
          <label key={value} class="choice">
            <input type="checkbox" name={name} checked={chosen.includes(value)} data-testid={`field-${name}-${value}`}
              onChange={(event) => onChosen(event.currentTarget.checked ? [...chosen, value] : chosen.filter((one) => one !== value))} />
            <span>{text}</span>
          </label>
        ))}
      </div>
      {error && <p id={`${name}-note`} class="field__error">{error}</p>}
    </fieldset>
  );
}
