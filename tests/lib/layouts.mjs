/* Layouts of real size in the formats of others: made here, and those that were published, where their folder is. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { plan_of } from './plan.mjs';

const folder = process.env.TAKENSEAT_DATA ?? fileURLToPath(new URL('../../../shared/data', import.meta.url));

/* undefined where the published layouts are not. */
export function published(file) {
  const path = join(folder, file);
  return existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')) : undefined;
}

/* As an option of a test that needs one. */
export const without_published = published('stadium-738.pretix.json') ? {} : { skip: 'the published layouts are not here (TAKENSEAT_DATA)' };

/* 738 seats in pretix's format. As in the published one, the guids forget the block: 123 of them, each six times. */
export function stadium() {
  const blocks = Array.from({ length: 6 }, (_, i) => {
    const { zones, ...rest } = plan_of({ rows: 3, seats: 41 });
    return { zone: { ...zones[0], name: `Block ${i + 1}`, position: { x: (i % 3) * 1200, y: Math.floor(i / 3) * 300 } }, rest };
  });
  return { ...blocks[0].rest, name: 'Stadium', zones: blocks.map(({ zone }) => zone) };
}

/* 8,897 seats of seats.io: four stands of 25 rows of 89, the last row of three of them one shorter. */
export function racetrack() {
  const stand = (s) => ({
    label: `Stand ${s + 1}`,
    categoryKey: 1 + (s % 2),
    topLeft: { x: 20000 * (s % 2), y: 8000 * Math.floor(s / 2) },
    points: [{ x: 0, y: 0 }, { x: 9000, y: 0 }, { x: 9000, y: 4000 }, { x: 0, y: 4000 }].map(({ x, y }) => ({ x: x + 20000 * (s % 2), y: y + 8000 * Math.floor(s / 2) })),
    subChart: {
      width: 900, height: 400, tables: [], generalAdmissionAreas: [], booths: [],
      rows: Array.from({ length: 25 }, (_, r) => ({
        label: String(r + 1),
        seats: Array.from({ length: r === 24 && s < 3 ? 88 : 89 }, (__, n) => ({ label: String(n + 1), x: 10 * n, y: 15 * r })),
      })),
    },
  });
  return {
    name: 'Racetrack',
    categories: { list: [{ key: 1, label: 'Goal', color: '#4176a5' }, { key: 2, label: 'Start', color: '#a57641' }] },
    subChart: { width: 40000, height: 16000, rows: [], tables: [], generalAdmissionAreas: [], booths: [], sections: Array.from({ length: 4 }, (_, s) => stand(s)) },
  };
}

/* The houses whose every seat is sold by tests. */
export const houses = [
  { name: 'a stadium', plan: stadium, seats: 738, repeated: 123, hall: { repair: true } },
  { name: 'a racetrack', plan: racetrack, seats: 8897, hall: { format: 'seatsio' } },
  { name: 'the published stadium', plan: () => published('stadium-738.pretix.json'), seats: 738, repeated: 126, hall: { repair: true }, options: without_published },
  { name: 'the published racetrack', plan: () => published('racetrack-8897.seatsio.json'), seats: 8897, hall: { format: 'seatsio' }, options: without_published },
];
