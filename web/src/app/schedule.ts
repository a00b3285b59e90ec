/* A schedule, and with it the server's time, to the millisecond. */
import { getSchedule } from "../api/calls";
import type { ScheduleDetail } from "../api/shapes/performance";
import { observeServerTime } from "./clock";

export async function readSchedule(schedule: string, signal: AbortSignal): Promise<ScheduleDetail> {
  const sent = Date.now();
  const found = await getSchedule(schedule, signal);
  observeServerTime(found.server_time, sent, Date.now());
  return found;
}
