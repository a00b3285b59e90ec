/* The first sale: a house of 738 seats, its waiting room on, and 2,000 people who want to be in it. */
import { published, stadium } from './layouts.mjs';
import { ok } from './server.mjs';
import { World } from './world.mjs';

export const seat_count = 738;
export const buyer_count = 2000;

/* Holds are short, so that what people walk away from comes back within the test. */
const hold_seconds = 10;

export async function stadium_sale({ admit_per_minute, active_limit }) {
  const world = await World.open({ clock: false, settings: { 'booking.hold_seconds': hold_seconds } });
  const hall = await world.hall({ plan: published('stadium-738.pretix.json') ?? stadium(), repair: true });
  const sale = await world.sale({ hall, limit: 4 });
  ok(await world.api('PUT', `/api/v1/schedules/${sale.id}/queue/settings`,
    { mode: 'fifo', admit_per_minute, active_limit, pass_seconds: 30, paused: false }, { as: world.admin }));
  return { world, sale };
}
