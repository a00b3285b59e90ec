/* Joining the waiting list of a grade of one date, and one's places on it. */
import { useState } from "preact/hooks";
import { getSchedule } from "../api/calls";
import type { ScheduleDetail } from "../api/shapes/performance";
import { joinWaitlist } from "../api/waitlist";
import { moment } from "../app/format";
import { words } from "../app/i18n";
import { useResource } from "../app/resource";
import type { Params } from "../app/router";
import { useTitle } from "../app/Shell";
import { SelectField } from "../ui/Field";
import { FormProblem, useSending } from "../ui/Form";
import { soldOut } from "../ui/GradeMark";
import { Await } from "../ui/states";
import { useWaiting, WaitingList } from "../ui/WaitingList";

export default function WaitlistPage({ params }: { params: Params }) {
  const w = words().waitlist;
  useTitle(w.title);
  const schedule = useResource((signal) => getSchedule(params.id, signal), [params.id]);
  const waiting = useWaiting(params.id);
  const taken = new Set(waiting.data?.map(({ grade }) => grade));
  return (
    <div class="wrap wrap--narrow">
      <h1>{w.title}</h1>
      <Await of={schedule}>{(found) => (
        <>
          <p><strong>{found.title}</strong></p>
          <p class="muted">{moment(found.starts_at)} · {found.hall_name}</p>
          <WaitingList waiting={waiting} />
          {waiting.data && <Join schedule={found} taken={taken} onJoined={waiting.reload} />}
        </>
      )}</Await>
    </div>
  );
}

function Join({ schedule, taken, onJoined }: { schedule: ScheduleDetail; taken: Set<string>; onJoined(): void }) {
  const w = words().waitlist;
  const gone = schedule.remaining.filter(soldOut).map(({ grade }) => grade);
  const open = gone.filter((grade) => !taken.has(grade));
  const [wish, setWish] = useState("");
  const [count, setCount] = useState("1");
  const grade = open.includes(wish) ? wish : open[0];
  const { busy, problem, send } = useSending(async () => {
    await joinWaitlist(schedule.id, grade, Number(count));
    onJoined();
  });

  if (gone.length === 0)
    return (
      <section class="panel form" data-testid="nothing-gone">
        <h2>{w.none}</h2>
        <p class="muted">{w.noneText}</p>
        <a class="button" href={`/schedules/${encodeURIComponent(schedule.id)}/seats`}>{words().show.chooseSeats}</a>
      </section>
    );
  if (open.length === 0) return null;
  return (
    <form class="panel form waiting" onSubmit={send} data-testid="waitlist-form">
      <h2>{w.join}</h2>
      <p class="muted">{w.intro}</p>
      <FormProblem problem={problem} fields={["grade", "count"]} />
      <SelectField label={w.grade} name="grade" value={grade} onValue={setWish} error={problem?.field("grade")}
        options={open.map((name) => [name, name])} />
      <SelectField label={w.count} name="count" value={count} onValue={setCount} error={problem?.field("count")}
        options={Array.from({ length: schedule.max_tickets_per_user }, (_, i) => [String(i + 1), words().units.tickets(i + 1)])} />
      <button class="button button--wide" disabled={busy} data-testid="submit">{w.send}</button>
    </form>
  );
}
