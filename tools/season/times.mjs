/* Times of a season, told from the moment it is loaded: "+2m", "-1h", "+12d", and "+12d 19:30", which is Korean time on that day. */

const UNIT = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };
const KOREA = 9 * UNIT.h;

/* Milliseconds since 1970 of a time told at `now`. */
export function timeAt(told, now) {
  const match = /^([+-]\d+)([smhd])(?: (\d\d):(\d\d))?$/.exec(told);
  if (!match || (match[3] && match[2] !== "d")) throw new Error(`"${told}" is no time; say it as "+2m", "-1h", "+12d" or "+12d 19:30"`);
  const [, count, unit, hour, minute] = match;
  if (!hour) return now + Number(count) * UNIT[unit];
  const today = Math.floor((now + KOREA) / UNIT.d);
  return (today + Number(count)) * UNIT.d - KOREA + Number(hour) * UNIT.h + Number(minute) * UNIT.m;
}

/* What to ask of POST /performances/{id}/schedules. */
export function scheduleTimes(schedule, runtimeMinutes, now) {
  const starts = timeAt(schedule.starts, now);
  const iso = (ms) => new Date(ms).toISOString();
  return {
    starts_at: iso(starts),
    ends_at: iso(starts + runtimeMinutes * UNIT.m),
    sale_starts_at: iso(timeAt(schedule.sale_starts, now)),
    sale_ends_at: iso(schedule.sale_ends ? timeAt(schedule.sale_ends, now) : starts - UNIT.h),
  };
}
