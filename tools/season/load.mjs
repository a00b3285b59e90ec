/* load.mjs ADDRESS DATA PID: waits for the server PID at ADDRESS, loads the season into it and says where everything is.
 *
 * What is already there by its name (halls, performances) or beginning (schedules) is not made again, so that a second start, or one after
 * an interrupted first, loads what is missing only. Times count from the first load, which DATA/season.json remembers. */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Api } from "./api.mjs";
import { scheduleTimes, timeAt } from "./times.mjs";

const FOLDER = fileURLToPath(new URL("../../season", import.meta.url));
const json = (...path) => JSON.parse(readFileSync(join(...path), "utf8"));

/* ---- loading ---- */

function loadedAt(data) {
  const file = join(data, "season.json");
  if (!existsSync(file)) writeFileSync(file, JSON.stringify({ loaded_at: new Date().toISOString() }) + "\n");
  return Date.parse(json(file).loaded_at);
}

/* Signs up those that are missing, with the mileage the house gives them; roles are given by the administrator. */
async function makeAccounts(api, accounts, mileage) {
  const admin = await api.signedIn(accounts.find((a) => a.role === "ADMIN"));
  const there = new Set((await admin.all("/users")).map((user) => user.email));
  for (const { role, email, password } of accounts) {
    if (there.has(email)) continue;
    const user = await api.post("/auth/signup", { email, password, name: role[0] + role.slice(1).toLowerCase() });
    if (role !== "CUSTOMER") await admin.patch(`/users/${user.id}`, { roles: ["CUSTOMER", role] });
    if (mileage[role]) await admin.post(`/users/${user.id}/mileage`, { delta: mileage[role], reason: "Welcome to the demo." });
  }
}

/* Ids of the halls by their key in the season. */
async function makeHalls(api, season) {
  const ids = new Map((await api.all("/halls")).map((hall) => [hall.name, hall.id]));
  const byKey = {};
  for (const { key, name, address, region, format, plan } of season.halls)
    byKey[key] = ids.get(name) ?? (await api.post("/halls", { name, address, region, format, plan: json(FOLDER, plan) })).id;
  return byKey;
}

async function makePerformance(api, there, season, halls, { hall, prices, person_types, schedules, ...performance }, now) {
  const id = there.get(performance.title) ?? (await api.post("/performances", performance)).id;
  const begun = new Set((await api.get(`/performances/${id}`)).schedules.map((s) => Date.parse(s.starts_at)));
  const money = Object.fromEntries(Object.entries(prices).map(([grade, amount]) => [grade, { amount, currency: season.currency }]));
  for (const schedule of schedules) {
    const times = scheduleTimes(schedule, performance.runtime_minutes, now);
    if (begun.has(Date.parse(times.starts_at))) continue;
    const made = await api.post(`/performances/${id}/schedules`, { hall_id: halls[hall], ...times, prices: money, person_types });
    if (schedule.queue) await api.put(`/schedules/${made.id}/queue/settings`, schedule.queue);
  }
}

async function makeCoupons(manager, season, now) {
  const money = (amount) => amount && { amount, currency: season.currency };
  const codes = new Set((await manager.all("/coupons")).map((coupon) => coupon.code));
  for (const { expires, discount_amount, max_discount, min_total, ...coupon } of season.coupons.filter(({ code }) => !codes.has(code)))
    await manager.post("/coupons", {
      ...coupon, discount_amount: money(discount_amount), max_discount: money(max_discount), min_total: money(min_total),
      expires_at: new Date(timeAt(expires, now)).toISOString(),
    });
}

/* As an organizer would. */
async function loadSeason(producer, season, now) {
  const halls = await makeHalls(producer, season);
  const there = new Map((await producer.all("/performances")).map((p) => [p.title, p.id]));
  for (const performance of season.performances) await makePerformance(producer, there, season, halls, performance, now);
}

/* ---- telling ---- */

/* The schedule whose sale opens next. */
async function nextSale(api) {
  let next = null;
  for (const { id, title } of await api.all("/performances"))
    for (const schedule of (await api.get(`/performances/${id}`)).schedules) {
      const opens = Date.parse(schedule.sale_starts_at);
      if (opens > Date.now() && (!next || opens < next.opens)) next = { id, title, opens };
    }
  return next;
}

function inWords(ms) {
  const seconds = Math.round(ms / 1000);
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
  return `${Math.floor(seconds / 3600)} h ${Math.floor((seconds % 3600) / 60)} min`;
}

async function tell(api, data, accounts) {
  const next = await nextSale(api);
  const rows = accounts.map(({ role, email, password }) => `  ${role.padEnd(10)}${email.padEnd(30)}${password}`);
  console.log(`
TakenSeat is at ${api.address}/

${rows.join("\n")}
`);
  if (next) {
    console.log(`Next sale: ${next.title}, in ${inWords(next.opens - Date.now())} (${new Date(next.opens).toTimeString().slice(0, 8)})`);
    console.log(`           ${api.address}/performances/${next.id}`);
  } else console.log(`Every sale of this season has begun; remove ${data} for a new one.`);
  console.log(`\nIts log is ${join(data, "server.log")}. Ctrl-C ends it.`);
}

/* ---- */

function alive(pid) {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

const [address, data, pid] = process.argv.slice(2);
const api = new Api(address);
const accounts = json(data, "accounts.json");
try {
  if (!(await api.ready(() => alive(Number(pid))))) throw new Error("the server ended before it answered");
  const season = json(FOLDER, "season.json"), now = loadedAt(data);
  await makeAccounts(api, accounts, season.mileage);
  const as = (role) => api.signedIn(accounts.find((a) => a.role === role));
  await loadSeason(await as("PRODUCER"), season, now);
  await makeCoupons(await as("MANAGER"), season, now);
  await tell(api, data, accounts);
} catch (error) {
  console.error(`demo: the season could not be loaded: ${error.message}`);
  console.error(`      the server's log is ${join(data, "server.log")}`);
  process.exitCode = 1;
}
