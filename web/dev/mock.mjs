/* A stand-in for the server, for looking at the client: `npm run build && npm run dev:mock`, then open the address
   it prints (or run `npm run dev` beside it). Everything is in memory and forgotten at the end; any e-mail and
   password sign in. It implements what the client calls of docs/wire.md and nothing else: it is not a test double. */
import { createServer } from "node:http";
import { existsSync, readFileSync } from "node:fs";
import { extname, join, normalize } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { club, stadium, theatre } from "./venues.mjs";

const port = Number(process.env.PORT ?? 8787);
const dist = fileURLToPath(new URL("../dist", import.meta.url));
const csp = "default-src 'self'; img-src 'self' data:; style-src 'self'; script-src 'self'; connect-src 'self'; object-src 'none'; base-uri 'none'; frame-ancestors 'none'";
const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;
const iso = (ms) => new Date(ms).toISOString();
let ids = 0;
const newId = (kind) => `${kind}-${(++ids).toString(36).padStart(4, "0")}`;

/* ---- the season ---- */

const begun = Date.now();
const performances = [
  show("p1", "달빛 아래 우리", "musical", theatre(), { queue: "off", sale: begun - hour, dates: [9, 10, 16], cast: [{ name: "한서윤", role: "이선" }, { name: "오민재", role: "도윤" }, { name: "백하린", role: "어머니" }] }),
  show("p2", "NOVA 월드 투어 서울", "concert", stadium(), { queue: "fifo", sale: begun - hour, dates: [30], cast: ["NOVA"] }),
  show("p3", "무브 나이트", "dance", club(), { queue: "off", sale: begun - hour, dates: [5], cast: [] }),
  show("p4", "세 개의 첼로 모음곡", "classical", theatre(), { queue: "off", sale: begun + 2 * day + 3 * hour, dates: [45], cast: ["윤하늘"] }),
];

function show(id, title, genre, map, { queue, sale, dates, cast }) {
  const schedules = dates.map((d, i) => {
    const starts = Math.floor((begun + d * day) / day) * day + 10 * hour + 30 * minute;
    const states = Uint8Array.from({ length: map.seat_count }, () => (Math.random() < 0.25 ? 2 : 0));
    return {
      id: `${id}-s${i + 1}`, performance: id, map, states, version: 1, queue, streams: new Set(), places: new Map(),
      guids: map.sections.flatMap((s) => s.rows.flatMap((r) => r.guids)),
      grades: map.sections.flatMap((s) => s.rows.flatMap((r) => r.guids.map((_, k) => r.grades?.[k] ?? r.grade))),
      starts, ends: starts + 150 * minute, sale, saleEnds: starts - hour,
    };
  });
  return { id, title, genre, map, cast, schedules };
}

const schedules = new Map(performances.flatMap((p) => p.schedules.map((s) => [s.id, s])));
const holds = new Map();
const bookings = new Map();
const payments = new Map();
const places = new Map();
const keys = new Map();

const statusOf = (s) => (Date.now() < s.sale ? "upcoming" : s.states.includes(0) ? "on_sale" : "sold_out");

function scheduleView(s) {
  const remaining = s.map.grades.map(({ name, price, color }, g) => {
    let [free, total] = [0, 0];
    s.grades.forEach((grade, i) => { if (grade === g) { total++; free += s.states[i] === 0; } });
    return { grade: name, price, color, free, total };
  });
  return {
    id: s.id, performance_id: s.performance, hall_id: s.map.hall.id, hall_name: s.map.hall.name, starts_at: iso(s.starts),
    ends_at: iso(s.ends), sale_starts_at: iso(s.sale), sale_ends_at: iso(s.saleEnds), status: statusOf(s), queue_mode: s.queue, remaining,
  };
}

function performanceView(p, full) {
  const view = {
    id: p.id, title: p.title, genre: p.genre, age_rating: 12, runtime_minutes: 150, poster_url: "", venue: p.map.hall.name,
    from: iso(p.schedules[0].starts), to: iso(p.schedules.at(-1).starts), price_from: p.map.grades.at(-1).price,
    status: statusOf(p.schedules[0]), max_tickets_per_user: 4,
    sale_starts_at: statusOf(p.schedules[0]) === "upcoming" ? iso(p.schedules[0].sale) : null,
  };
  if (!full) return view;
  return { ...view, cast: p.cast, schedules: p.schedules.map(scheduleView),
    description: "오래 기다린 무대가 다시 열립니다.\n한 번뿐인 밤, 가장 좋은 자리에서 만나 보세요." };
}

function availability(s) {
  const packed = Buffer.alloc(Math.ceil(s.states.length / 4));
  s.states.forEach((state, i) => { packed[i >> 2] |= state << ((i & 3) * 2); });
  return { version: s.version, seats: packed.toString("base64") };
}

function setSeats(s, changes) {
  for (const [seat, state] of changes) s.states[seat] = state;
  const from = s.version++;
  send(s, "availability", { from, version: s.version, changes });
}

function send(s, event, data) {
  for (const stream of s.streams) stream.write(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`);
}

/* Other buyers: a few seats a second, now and then one is given back. */
setInterval(() => {
  for (const s of schedules.values()) {
    if (s.streams.size === 0 || statusOf(s) !== "on_sale") continue;
    const changes = [];
    for (let i = 0; i < Math.max(1, s.states.length / 8000); i++) {
      const seat = Math.floor(Math.random() * s.states.length);
      if (s.states[seat] === 0) changes.push([seat, Math.random() < 0.6 ? 1 : 2]);
      else if (s.states[seat] === 1 && Math.random() < 0.5 && !mine(s, seat)) changes.push([seat, 0]);
    }
    if (changes.length) setSeats(s, changes);
  }
}, 1000).unref();

const mine = (s, seat) => [...holds.values()].some((h) => h.schedule === s && h.status === "active" && h.seats.includes(seat));

/* ---- holds, bookings, payments ---- */

function seatView(s, index) {
  let at = index;
  for (const section of s.map.sections)
    for (const row of section.rows) {
      if (at < row.guids.length) {
        const grade = s.map.grades[s.grades[index]];
        return { guid: row.guids[at], grade: grade.name, price: grade.price, section: section.name, row: row.name, number: section.kind === "area" ? "" : row.numbers[at] };
      }
      at -= row.guids.length;
    }
}

const total = (s, seats) => ({ amount: seats.reduce((sum, i) => sum + s.map.grades[s.grades[i]].price.amount, 0), currency: "KRW" });

function holdView(h) {
  if (h.status === "active" && Date.now() > h.expires) release(h, "expired");
  return { id: h.id, schedule_id: h.schedule.id, status: h.status, seats: h.seats.map((i) => seatView(h.schedule, i)), total: total(h.schedule, h.seats), expires_at: iso(h.expires) };
}

function release(h, status) {
  h.status = status;
  setSeats(h.schedule, h.seats.map((i) => [i, 0]));
}

/* A booking that is not paid ends with its hold. */
function giveBack(h) {
  const booking = [...bookings.values()].find((b) => b.hold === h);
  if (h.status === "active" || booking?.status === "pending") release(h, "released");
  if (booking?.status === "pending") booking.status = "cancelled";
}

function bookingView(b) {
  const { hold } = b;
  const p = performances.find((one) => one.id === hold.schedule.performance);
  const sum = total(hold.schedule, hold.seats);
  return {
    id: b.id, code: b.code, status: b.status, schedule_id: hold.schedule.id, total: sum, discount: { amount: 0, currency: "KRW" }, mileage_used: 0,
    due: sum, expires_at: iso(hold.expires), hold_id: hold.id, payment: null, title: p.title, hall_name: p.map.hall.name, starts_at: iso(hold.schedule.starts),
    seats: hold.seats.map((i) => seatView(hold.schedule, i)),
  };
}

const paymentView = (p) => ({ id: p.id, booking_id: p.booking.id, status: p.status, amount: total(p.booking.hold.schedule, p.booking.hold.seats), provider: p.provider, client: {} });

function ticketsOf(b) {
  const { title, hall_name, starts_at, seats } = bookingView(b);
  return seats.map((seat, i) => ({ id: `${b.id}-t${i + 1}`, code: `${b.code}${i + 1}`, status: "valid", seat, title, hall_name, starts_at }));
}

function placeView(place) {
  const waited = (Date.now() - place.since) / 1000;
  const position = Math.max(0, Math.round(4210 - waited * 620));
  if (position === 0 && place.state === "waiting") {
    place.state = "admitted";
    place.pass = newId("pass");
  }
  const view = scheduleView(place.schedule);
  return {
    place_token: place.id, state: place.state, position: Math.max(1, position), ahead: Math.max(0, position - 1), eta_seconds: Math.ceil(position / 40),
    poll_after_ms: 1000, stock: Object.fromEntries(view.remaining.map((r) => [r.grade, r.free])), message: "", pass: place.pass ?? null,
    pass_expires_at: place.pass ? iso(place.since + 20 * minute) : null,
  };
}

/* A picture that looks like a code; the server draws a real one. */
function picture(code) {
  let seed = [...code].reduce((n, c) => Math.imul(n ^ c.charCodeAt(0), 16777619) >>> 0, 2166136261);
  let cells = "";
  for (let i = 0; i < 625; i++) {
    seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
    if (seed > 2 ** 31) cells += `<rect x="${2 + (i % 25)}" y="${2 + Math.floor(i / 25)}" width="1" height="1"/>`;
  }
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 29 29"><rect width="29" height="29" fill="#fff"/>${cells}</svg>`;
}

/* ---- routes: [method, pattern, handler(context)] -> [status, body] or a Problem thrown ---- */

class Problem {
  constructor(status, code, detail, more = {}) {
    Object.assign(this, { status, body: { type: "about:blank", title: code, status, code, detail, errors: [], ...more } });
  }
}

const found = (thing) => thing ?? fail(404, "not_found", "없습니다.");
function fail(...args) { throw new Problem(...args); }

const routes = [
  ["POST", "/auth/login", ({ body }) => (body.password.length < 4 ? fail(401, "bad_credentials", "이메일이나 비밀번호가 맞지 않습니다.") : [200, tokens(body.email)])],
  ["POST", "/auth/signup", ({ body }) => (body.password.length < 8 ? fail(400, "invalid", "입력을 확인해 주세요.", { errors: [{ field: "password", message: "8자 이상이어야 합니다." }] }) : [201, { id: "u", ...body, roles: ["CUSTOMER"] }])],
  ["POST", "/auth/refresh", ({ body }) => [200, tokens(body.refresh_token.split(" ")[0])]],
  ["POST", "/auth/logout", () => [204]],
  ["GET", "/users/me", () => [200, { id: "u", email: "demo@example.com", name: "데모", phone: null, lang: "ko", roles: ["CUSTOMER"], email_verified: true, second_factor: false }]],
  ["GET", "/performances", ({ query }) => [200, { next: null, items: performances
    .filter((p) => (!query.get("status") || statusOf(p.schedules[0]) === query.get("status")) && (!query.get("genre") || p.genre === query.get("genre")) && p.title.toLowerCase().includes((query.get("q") ?? "").toLowerCase()))
    .map((p) => performanceView(p, false)) }]],
  ["GET", "/performances/ranking", () => [200, { period: "week", items: performances.map((p, i) => ({ ...performanceView(p, false), rank: i + 1 })) }]],
  ["GET", "/performances/recommended", () => [200, { items: performances.slice(0, 2)
    .map((p) => ({ ...performanceView(p, false), reason: { kind: "popular", performance_id: null, text: "많은 분이 찾는 공연" } })) }]],
  ["GET", "/performances/:id/reviews", () => [200, { items: [], average: null, count: 0, next: null }]],
  ["GET", "/performances/:id/cancellation_policy", ({ params }) => [200, { performance_id: params.id, own: false, since: null, free_days: 7, free_days_before: 10,
    closes_days_before: 1, closes_at: "17:00", steps: [{ days_before: 10, percent: 10, amount: 4000 }, { days_before: 7, percent: 10 }, { days_before: 1, percent: 30 }] }]],
  ["GET", "/halls/:id", ({ params }) => [200, { address: "은행나무길 24", region: "서울", ...found(performances.find((p) => p.map.hall.id === params.id)).map.hall }]],
  ["GET", "/notifications/settings", () => [200, { security: true, booking_confirmed: true, booking_cancelled: true, refund_done: true, schedule_cancelled: true, seat_offered: true }]],
  ["GET", "/performances/:id", ({ params }) => [200, performanceView(found(performances.find((p) => p.id === params.id)), true)]],
  ["GET", "/schedules/:id", ({ schedule }) => [200, { ...scheduleView(schedule), title: performances.find((p) => p.id === schedule.performance).title, server_time: iso(Date.now()), max_tickets_per_user: 4 }]],
  ["GET", "/schedules/:id/map", ({ schedule }) => [200, { schedule_id: schedule.id, ...schedule.map }]],
  ["GET", "/schedules/:id/availability", ({ schedule }) => [200, availability(schedule)]],
  ["POST", "/schedules/:id/queue", ({ schedule, token }) => {
    const known = schedule.places.get(token);
    const place = known && known.state !== "left" ? known : { id: newId("place"), schedule, since: Date.now(), state: "waiting" };
    schedule.places.set(token, place);
    places.set(place.id, place);
    return [201, placeView(place)];
  }],
  ["GET", "/queue/:id", ({ params }) => [200, placeView(found(places.get(params.id)))]],
  ["DELETE", "/queue/:id", ({ params }) => { found(places.get(params.id)).state = "left"; return [204]; }],
  ["POST", "/schedules/:id/holds", ({ schedule, body, headers }) => {
    if (schedule.queue !== "off" && !headers["queue-pass"]) fail(403, "pass_required", "대기실을 거쳐야 합니다.");
    const seats = body.best ? best(schedule, body.best) : body.seats.map((guid) => schedule.guids.indexOf(guid));
    const gone = seats.filter((i) => schedule.states[i] !== 0);
    if (gone.length) fail(409, "seat_taken", "이미 선택된 좌석입니다.", { errors: gone.map((i) => ({ field: `seats[${seats.indexOf(i)}]`, message: schedule.guids[i] })) });
    const hold = { id: newId("hold"), schedule, seats, status: "active", expires: Date.now() + 7 * minute };
    holds.set(hold.id, hold);
    setSeats(schedule, seats.map((i) => [i, 1]));
    return [201, holdView(hold)];
  }],
  ["GET", "/holds/:id", ({ params }) => [200, holdView(found(holds.get(params.id)))]],
  ["DELETE", "/holds/:id", ({ params }) => { giveBack(found(holds.get(params.id))); return [204]; }],
  ["POST", "/bookings", ({ body, token }) => {
    const hold = found(holds.get(body.hold_id));
    hold.status = "booked";
    const booking = { id: newId("booking"), code: `TS${Math.random().toString(36).slice(2, 8).toUpperCase()}`, status: "pending", hold, owner: token };
    bookings.set(booking.id, booking);
    return [201, bookingView(booking)];
  }],
  ["GET", "/bookings", ({ token }) => [200, { items: [...bookings.values()].filter((b) => b.owner === token).reverse().map(bookingView), next: null }]],
  ["GET", "/bookings/:id", ({ params }) => [200, bookingView(found(bookings.get(params.id)))]],
  ["GET", "/bookings/:id/tickets", ({ params }) => [200, { items: ticketsOf(found(bookings.get(params.id))), next: null }]],
  ["GET", "/bookings/:id/cancellation", ({ params }) => [200, { booking_id: params.id, cancellable: false, quotes: [], earlier: [] }]],
  ["GET", "/coupons/mine", () => [200, { items: [], next: null }]],
  ["GET", "/mileage", () => [200, { balance: 0 }]],
  ["GET", "/waitlist/mine", () => [200, { items: [], next: null }]],
  ["GET", "/tickets/:id/qr.svg", ({ params }) => [200, picture(params.id), "image/svg+xml"]],
  ["GET", "/payments/providers", () => [200, { items: ["sandbox", "toss", "stripe"].map((provider) => ({ provider, available: provider !== "stripe", retry_after_seconds: 0 })) }]],
  ["POST", "/payments", ({ body, headers }) => {
    const payment = { id: newId("payment"), booking: found(bookings.get(body.booking_id)), status: "ready", provider: body.provider };
    payments.set(payment.id, payment);
    const back = `http://${headers.host}/pay/return?payment=${payment.id}&result=success&paymentKey=sandbox-ok`;
    if (body.provider !== "sandbox") return [201, { ...paymentView(payment), client: { redirect_url: back } }];
    return [201, paymentView(payment)];
  }],
  ["GET", "/payments", ({ query }) => [200, { next: null, items: [...payments.values()]
    .filter((p) => p.booking.id === query.get("booking_id")).reverse().map(paymentView) }]],
  ["GET", "/payments/:id", ({ params }) => [200, paymentView(found(payments.get(params.id)))]],
  ["POST", "/payments/:id/confirm", ({ params, body }) => confirm(found(payments.get(params.id)), body.payment_key)],
];

function confirm(payment, card) {
  const settle = () => {
    payment.status = "paid";
    payment.booking.status = "confirmed";
    setSeats(payment.booking.hold.schedule, payment.booking.hold.seats.map((i) => [i, 2]));
  };
  if (card === "sandbox-decline") {
    payment.status = "failed";
    fail(409, "payment_declined", "카드사에서 결제를 거절했습니다.");
  }
  if (card === "sandbox-wrong-amount") {
    payment.status = "refunded";
    fail(409, "amount_mismatch", "승인된 금액이 다릅니다.");
  }
  if (card === "sandbox-late") payment.status = "pending";
  else if (card === "sandbox-timeout") {
    payment.status = "pending";
    setTimeout(settle, 3000);
    fail(503, "unavailable", "결제사가 응답하지 않았습니다.");
  } else settle();
  return [200, paymentView(payment)];
}

function best(s, { count, grade }) {
  const g = s.map.grades.findIndex((one) => one.name === grade);
  const seats = [];
  for (let i = 0; i < s.states.length && seats.length < count; i++) {
    if (s.states[i] === 0 && s.grades[i] === g) seats.push(i);
    else seats.length = 0;
  }
  return seats.length === count ? seats : fail(409, "seat_taken", "나란한 자리가 없습니다.");
}

function tokens(email) {
  return { access_token: `access-${email}`, refresh_token: `${email} ${newId("refresh")}`, token_type: "Bearer", expires_in: 900 };
}

/* ---- HTTP ---- */

const types = { ".html": "text/html; charset=utf-8", ".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml", ".png": "image/png", ".webmanifest": "application/manifest+json" };

const server = createServer(async (request, response) => {
  const url = new URL(request.url, "http://localhost");
  if (!url.pathname.startsWith("/api/v1/")) return file(url.pathname, response);
  const path = url.pathname.slice("/api/v1".length);
  const stream = /^\/schedules\/([^/]+)\/stream$/.exec(path);
  if (stream && schedules.has(stream[1])) return open(schedules.get(stream[1]), request, response);
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  const [status, body, type] = answer(request, path, url.searchParams, Buffer.concat(chunks).toString());
  const text = body === undefined ? "" : type ? body : JSON.stringify(body);
  const squeezed = text.length > 2000 && /gzip/.test(request.headers["accept-encoding"] ?? "");
  const head = { "Content-Type": type ?? (status < 400 ? "application/json" : "application/problem+json") };
  if (squeezed) head["Content-Encoding"] = "gzip";
  response.writeHead(status, head).end(squeezed ? gzipSync(text) : text);
});

function answer(request, path, query, text) {
  const given = path.split("/");
  for (const [method, pattern, handler] of routes) {
    const wanted = pattern.split("/");
    if (method !== request.method || wanted.length !== given.length) continue;
    if (!wanted.every((part, i) => part.startsWith(":") || part === given[i])) continue;
    const params = Object.fromEntries(wanted.map((part, i) => [part.slice(1), given[i]]).filter((_, i) => wanted[i].startsWith(":")));
    const token = request.headers.authorization;
    const open = request.method === "GET" && /^\/(performances(?!\/recommended)|schedules|halls)/.test(path);
    const key = request.headers["idempotency-key"] && `${path} ${request.headers["idempotency-key"]}`;
    try {
      if (!token && !open && !path.startsWith("/auth/")) fail(401, "unauthenticated", "로그인해 주세요.");
      if (key && keys.has(key)) return keys.get(key);
      const schedule = path.startsWith("/schedules/") ? found(schedules.get(params.id)) : undefined;
      const reply = handler({ params, query, schedule, token, headers: request.headers, body: text ? JSON.parse(text) : {} });
      if (key) keys.set(key, reply);
      return reply;
    } catch (problem) {
      if (problem instanceof Problem) return [problem.status, problem.body];
      throw problem;
    }
  }
  return [404, new Problem(404, "not_found", "없습니다.").body];
}

function open(s, request, response) {
  response.writeHead(200, { "Content-Type": "text/event-stream", "Cache-Control": "no-store" });
  response.write(`event: availability\ndata: ${JSON.stringify({ from: s.version, version: s.version, changes: [] })}\n\n`);
  s.streams.add(response);
  request.on("close", () => s.streams.delete(response));
}

function file(path, response) {
  const wanted = join(dist, normalize(path));
  const real = extname(path) && existsSync(wanted) ? wanted : join(dist, "index.html");
  response.writeHead(200, { "Content-Type": types[extname(real)] ?? "application/octet-stream", "Content-Security-Policy": csp }).end(readFileSync(real));
}

server.listen(port, "127.0.0.1", () => console.log(`http://127.0.0.1:${server.address().port}`));
