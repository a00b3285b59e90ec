/* Beside the button of a form whose text is kept until it is saved: that it is not saved yet, and the way back. */
import { roomWords } from "./words";

export function Unsaved({ typed, drop }: { typed: object; drop(): void }) {
  const w = roomWords();
  if (Object.keys(typed).length === 0) return null;
  return (
    <>
      <button type="button" class="button button--quiet" data-testid="forget" onClick={drop}>{w.forget}</button>
      <p class="muted" data-testid="unsaved">{w.kept}</p>
    </>
  );
}
