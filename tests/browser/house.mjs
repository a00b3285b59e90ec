/* What the buyers come to: the server with a hall of each kind, and shows in them that are on sale. */
import { mkdir, readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { day, hour, World } from '../lib/world.mjs';
import { ok } from '../lib/server.mjs';

const venues = new URL('../../season/venues/', import.meta.url);
export const pictures = fileURLToPath(new URL('../../build/screenshots', import.meta.url));

export class House {
  static async open(settings = {}) {
    const house = new House();
    await mkdir(pictures, { recursive: true });
    house.world = await World.open({ clock: false, settings });
    house.base = `http://127.0.0.1:${house.world.server.port}`;
    house.halls = {};
    house.days = 10;
    return house;
  }

  /* Starts again, now that it is known where, so that providers send buyers back to this very server. */
  async at_its_address() {
    const { server } = this.world;
    server.settings.push(`--payment.public_url=${this.base}`);
    await server.kill9();
    await server.restart();
  }

  close() {
    return this.world.close();
  }

  /* One of each kind, also when tests ask for it at the same time. */
  hall(kind, name) {
    const make = async () => this.world.hall({
      name, address: '서울 은행나무길 24', format: 'venue', plan: JSON.parse(await readFile(new URL(`${kind}.json`, venues), 'utf8')),
    });
    return (this.halls[kind] ??= make());
  }

  /* A show with one date: { id of the schedule, title, hall, performance, map, guids }. */
  async show(kind, title, options) {
    const hall = await this.hall(kind, { theatre: '한빛 소극장 · Hanbit Playhouse', arena: '미래 아레나 · Mirae Arena', stadium: '한강 스타디움 · Hangang Stadium' }[kind]);
    return this.show_in(hall, title, options);
  }

  async show_in(hall, title, { genre = 'musical', limit = 4, queue } = {}) {
    const { world } = this;
    const performance = await world.performance({
      title, genre, max_tickets_per_user: limit, runtime_minutes: 120, age_rating: 12, cast: ['한서윤', '오민재'],
      description: '오래 기다린 무대가 다시 열립니다.\nA stage long awaited opens again.',
    });
    const starts = Date.now() + ++this.days * day;
    const schedule = await world.schedule(performance, hall, {
      starts_at: new Date(starts).toISOString(), ends_at: new Date(starts + 2 * hour).toISOString(), sale_ends_at: new Date(starts - hour).toISOString(),
    });
    const show = { id: schedule.id, title, hall, performance, queue };
    if (queue) await this.room(show, queue);
    show.map = ok(await world.api('GET', `/api/v1/schedules/${show.id}/map`));
    show.guids = show.map.sections.flatMap((section) => section.rows.flatMap((row) => row.guids));
    return show;
  }

  async room(show, change) {
    ok(await this.world.api('PUT', `/api/v1/schedules/${show.id}/queue/settings`,
      { mode: 'fifo', admit_per_minute: 6000, active_limit: 100, pass_seconds: 600, paused: false, ...change }, { as: this.world.admin }));
  }

  states(show) {
    return this.world.seats(show);
  }

  /* Where a seat is in the hall. */
  seat(show, guid) {
    for (const { name, rows } of show.map.sections)
      for (const row of rows) {
        const i = row.guids.indexOf(guid);
        if (i >= 0) return { guid, section: name, row: row.name, number: row.numbers[i], x: row.xs[i], y: row.ys[i] };
      }
    throw new Error(`there is no seat ${guid}`);
  }
}
