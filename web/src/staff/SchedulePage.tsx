/* One date of a performance in the hands of its organizer: when and for how much, who pays less, what the house keeps, who plays, and its end. */
import type { ComponentType } from "preact";
import { getSchedule } from "../api/calls";
import { Problem } from "../api/problem";
import type { ScheduleDetail } from "../api/shapes/performance";
import { moment } from "../app/format";
import { useResource } from "../app/resource";
import type { Params } from "../app/router";
import { Await, ErrorState } from "../ui/states";
import { CancelDate } from "./CancelDate";
import { DateCast } from "./DateCast";
import { Frame, Parts } from "./Frame";
import { House } from "./House";
import { Terms } from "./Terms";
import { Times } from "./Times";
import { staffWords } from "./words";

export interface PartProps {
  date: ScheduleDetail;
  saved(date: ScheduleDetail): void;
}

const shown: Record<"times" | "terms" | "house" | "cast" | "cancel", ComponentType<PartProps>> = {
  times: Times, terms: Terms, house: House, cast: DateCast, cancel: CancelDate,
};
const parts = Object.keys(shown) as (keyof typeof shown)[];

export default function SchedulePage({ params }: { params: Params }) {
  const w = staffWords();
  const date = useResource((signal) => getSchedule(params.id, signal), [params.id]);
  const part = parts.find((one) => one === (params.part ?? "times"));
  if (!part) return <ErrorState problem={new Problem(404, "not_found", "", "")} />;
  const Shown = shown[part];
  const nav = (
    <Parts label={w.date.parts} base={`/admin/schedules/${encodeURIComponent(params.id)}`}
      parts={parts.map((one) => [one === "times" ? "" : one, w.date[one]])} />
  );
  return (
    <Frame title={date.data?.title ?? w.shows} about={date.data ? `${moment(date.data.starts_at)} · ${date.data.hall_name}` : undefined} parts={nav}>
      <Await of={date}>{(found) => (
        <>
          <p><a href={`/admin/performances/${encodeURIComponent(found.performance_id)}?date=${encodeURIComponent(found.id)}`} data-testid="to-show">{w.date.toShow}</a></p>
          {found.status === "cancelled" && <p class="remark" role="status" data-testid="is-cancelled">{w.date.isCancelled}</p>}
          <Shown key={found.id} date={found} saved={date.set} />
        </>
      )}</Await>
    </Frame>
  );
}
