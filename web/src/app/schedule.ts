/* A schedule as it is now; the server's clock is read by the way. */
import { getSchedule } from "../api/calls";
import type { ScheduleDetail } from "../api/shapes";
import { observeServerTime } from "./clock";

export async function readSchedule(schedule: string, signal: AbortSignal): Promise<ScheduleDetail> {
  const sent = Date.now();
  const found = await getSchedule(schedule, signal);
  observeServerTime(found.server_time, sent, Date.now());
  return found;
}
