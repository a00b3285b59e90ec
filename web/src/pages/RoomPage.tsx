/* The pages of a waiting room for its organizer: how it goes, and its settings, presale, appeals and passes. */
import type { ComponentType } from "preact";
import { getSchedule } from "../api/calls";
import { Problem } from "../api/problem";
import type { ScheduleDetail } from "../api/shapes/performance";
import { moment } from "../app/format";
import { useResource } from "../app/resource";
import type { Params } from "../app/router";
import { useTitle } from "../app/Shell";
import { Appeals } from "../room/Appeals";
import { Passes } from "../room/Passes";
import { PresalePart } from "../room/Presale";
import { RoomNav, parts } from "../room/RoomNav";
import { Settings } from "../room/Settings";
import { roomWords } from "../room/words";
import { Await, ErrorState } from "../ui/states";
import CockpitPage from "./CockpitPage";

export interface PartProps {
  schedule: ScheduleDetail;
}

const shown: Record<(typeof parts)[number], ComponentType<PartProps>> = { settings: Settings, presale: PresalePart, appeals: Appeals, passes: Passes };

export default function RoomPage({ params }: { params: Params }) {
  return params.part === undefined ? <CockpitPage params={params} /> : <Part params={params} />;
}

function Part({ params }: { params: Params }) {
  const w = roomWords();
  const part = parts.find((one) => one === params.part);
  const schedule = useResource((signal) => getSchedule(params.id, signal), [params.id]);
  useTitle(part ? `${w[part]} · ${schedule.data?.title ?? ""}` : "");
  if (!part) return <ErrorState problem={new Problem(404, "not_found", "", "")} />;
  const Shown = shown[part];
  return (
    <div class="wrap wrap--medium staff">
      <RoomNav schedule={params.id} />
      <Await of={schedule}>{(found) => (
        <>
          <header class="cockpit__head">
            <h1>{w[part]}</h1>
            <p class="muted">{found.title} · {moment(found.starts_at)}</p>
          </header>
          <Shown schedule={found} />
        </>
      )}</Await>
    </div>
  );
}
