/* Seats that the house keeps: all of them are said at once. */
import { getHouse, putHouse, type HouseHold } from "../api/staff";
import { useDraft } from "../app/draft";
import { useResource } from "../app/resource";
import { tell } from "../app/toasts";
import { fromLocal, toLocal, zone } from "../room/local-time";
import { Text } from "../room/Text";
import { Field } from "../ui/Field";
import { useSending } from "../ui/Form";
import { Await } from "../ui/states";
import { Refusals } from "./Refusals";
import type { PartProps } from "./SchedulePage";
import { Save } from "./Times";
import { seatsOf } from "./typed";
import { staffWords } from "./words";

interface Typed {
  holds: Record<"reason" | "release_at" | "seats", string>[];
}

const typedOf = (items: HouseHold[], blocked: string): Typed => ({
  holds: items.map(({ reason, release_at, seats }) => ({ reason: reason || blocked, release_at: toLocal(release_at), seats: seats.join(" ") })),
});

export function House({ date }: PartProps) {
  const house = useResource((signal) => getHouse(date.id, signal), [date.id]);
  return <Await of={house}>{({ items }) => <HouseForm schedule={date.id} items={items} saved={house.set} />}</Await>;
}

function HouseForm({ schedule, items, saved }: { schedule: string; items: HouseHold[]; saved(house: { items: HouseHold[] }): void }) {
  const w = staffWords();
  const { typed, change, drop } = useDraft<Typed>(`house.${schedule}`);
  const { holds } = { ...typedOf(items, w.date.blocked), ...typed };
  const { busy, problem, send } = useSending(async () => {
    saved(await putHouse(schedule, holds.map(({ reason, release_at, seats }) => ({ reason, release_at: fromLocal(release_at), seats: seatsOf(seats) }))));
    drop();
    tell(w.saved);
  });
  const set = (i: number, part: Partial<Typed["holds"][number]>) => change({ holds: holds.map((one, at) => (at === i ? { ...one, ...part } : one)) });
  const field = (i: number, name: keyof HouseHold) => problem?.field(`holds[${i}].${name}`);
  const own = holds.flatMap((_, i) => [`holds[${i}].reason`, `holds[${i}].release_at`, `holds[${i}].seats`]);
  return (
    <form class="panel form" noValidate onSubmit={send} data-testid="house-form">
      <p class="muted">{w.date.houseIntro} {w.date.zone(zone())}</p>
      <Refusals problem={problem} fields={own} />
      {holds.map((hold, i) => (
        <fieldset key={i} class="form staff__kept" data-testid="house-hold">
          <div class="staff__pair">
            <Field label={w.date.reason} name={`reason-${i}`} value={hold.reason} onValue={(reason) => set(i, { reason })} error={field(i, "reason")} />
            <Field label={w.date.release} name={`release-${i}`} type="datetime-local" value={hold.release_at} hint={w.date.releaseHint}
              onValue={(release_at) => set(i, { release_at })} error={field(i, "release_at")} />
          </div>
          <Text label={w.date.seats} name={`seats-${i}`} value={hold.seats} hint={w.date.seatsHint} onValue={(seats) => set(i, { seats })} error={field(i, "seats")} />
          <div><button type="button" class="button button--quiet button--small" data-testid="drop-hold"
            onClick={() => change({ holds: holds.filter((_, at) => at !== i) })}>{w.remove}</button></div>
        </fieldset>
      ))}
      <div><button type="button" class="button button--quiet button--small" data-testid="add-hold"
        onClick={() => change({ holds: [...holds, { reason: "", release_at: "", seats: "" }] })}>{w.date.addHold}</button></div>
      <Save busy={busy} typed={typed} drop={drop} />
    </form>
  );
}
