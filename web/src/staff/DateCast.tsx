/* Who plays on a date. */
import { putCast } from "../api/staff";
import { useDraft } from "../app/draft";
import { tell } from "../app/toasts";
import { Text } from "../room/Text";
import { useSending } from "../ui/Form";
import { Refusals } from "./Refusals";
import type { PartProps } from "./SchedulePage";
import { Save } from "./Times";
import { castOf, castText } from "./typed";
import { staffWords } from "./words";

export function DateCast({ date, saved }: PartProps) {
  const w = staffWords();
  const { typed, change, drop } = useDraft<{ cast: string }>(`cast.${date.id}`);
  const cast = typed.cast ?? castText(date.casting ?? []);
  const { busy, problem, send } = useSending(async () => {
    saved({ ...date, ...(await putCast(date.id, castOf(cast))) });
    drop();
    tell(w.saved);
  });
  return (
    <form class="panel form" noValidate onSubmit={send} data-testid="cast-form">
      <Refusals problem={problem} />
      <p class="muted">{w.date.castIntro}</p>
      <Text label={w.date.cast} name="cast" rows={5} value={cast} hint={w.show.castingHint} onValue={(text) => change({ cast: text })} />
      <Save busy={busy} typed={typed} drop={drop} />
    </form>
  );
}
