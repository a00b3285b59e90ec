/* One date's settings for every date of the performance: those on sale now, and those made later. */
import { useState } from "preact/hooks";
import { getPerformanceRoom, getSettings, putPerformanceRoom } from "../api/room";
import { count } from "../app/format";
import { useResource } from "../app/resource";
import { tell } from "../app/toasts";
import type { PartProps } from "../pages/RoomPage";
import { rulesOf } from "./rules";
import { Sure } from "./Sure";
import { Check } from "./Text";
import { roomWords } from "./words";

export function EveryDate({ schedule }: PartProps) {
  const w = roomWords().every;
  const dates = useResource((signal) => getPerformanceRoom(schedule.performance_id, signal), [schedule.performance_id]);
  const [all, setAll] = useState(false);
  const [asked, setAsked] = useState(false);
  const others = dates.data?.schedules.filter(({ schedule_id }) => schedule_id !== schedule.id) ?? [];
  const own = others.filter((one) => one.own).length;
  const act = async () => {
    const rules = rulesOf(await getSettings(schedule.id));
    dates.set(await putPerformanceRoom(schedule.performance_id, { ...rules, all }));
    setAsked(false);
    tell(w.done);
  };
  return (
    <section class="panel form" aria-labelledby="every" data-testid="every-date">
      <h2 id="every">{w.title}</h2>
      <p class="muted">{w.intro}</p>
      {dates.data && <p data-testid="other-dates">{w.dates(count(others.length), count(own))}</p>}
      {own > 0 && <Check label={w.all} name="all" value={all} onValue={setAll} />}
      {asked
        ? <Sure sentence={all ? w.sureAll : w.sure} act={act} onEnd={() => setAsked(false)} />
        : <div><button type="button" class="button button--quiet" data-testid="use-everywhere" onClick={() => setAsked(true)}>{w.use}</button></div>}
    </section>
  );
}
