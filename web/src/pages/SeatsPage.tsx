/* Choosing seats: reads the schedule and its map, then hands over to the room with both. */
import { useEffect } from "preact/hooks";
import { getSeatMap } from "../api/calls";
import type { ScheduleDetail, SeatMapData } from "../api/shapes/performance";
import { words } from "../app/i18n";
import { passFor } from "../app/passes";
import { useResource } from "../app/resource";
import { navigate, type Params } from "../app/router";
import { readSchedule } from "../app/schedule";
import { useTitle } from "../app/Shell";
import { SeatRoom } from "../map/SeatRoom";
import { Await } from "../ui/states";

interface Both {
  schedule: ScheduleDetail;
  map: SeatMapData | null;
}

async function read(id: string, signal: AbortSignal): Promise<Both> {
  const schedule = await readSchedule(id, signal);
  if (needsPass(schedule)) return { schedule, map: null };
  return { schedule, map: await getSeatMap(id, signal) };
}

function needsPass(schedule: ScheduleDetail): boolean {
  return schedule.status === "on_sale" && schedule.queue_mode !== "off" && !passFor(schedule.id);
}

export default function SeatsPage({ params }: { params: Params }) {
  const both = useResource((signal) => read(params.id, signal), [params.id]);
  useTitle(both.data ? `${words().map.title} · ${both.data.schedule.title}` : words().map.title);

  useEffect(() => {
    if (both.data && !both.data.map) navigate(`/schedules/${encodeURIComponent(params.id)}/queue`, { replace: true });
  }, [both.data]);

  return (
    <Await of={both}>
      {({ schedule, map }) => map && <SeatRoom key={schedule.id} schedule={schedule} data={map} reload={both.reload} />}
    </Await>
  );
}
