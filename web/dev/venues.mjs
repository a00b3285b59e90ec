/* Halls for the mock server, in the shape of GET /schedules/{id}/map. */

export function theatre() {
  const grades = [
    { name: "VIP", color: "#b98cff", price: won(150000) },
    { name: "R", color: "#5cc8ff", price: won(120000) },
    { name: "S", color: "#7fd18b", price: won(80000) },
  ];
  const sections = [
    block("1F A", grades, { x: 2, y: 8, rows: 8, seats: 8, slope: 0.12, grade: (row) => (row < 3 ? 1 : 2), prefix: "A" }),
    block("1F B", grades, { x: 12, y: 8, rows: 10, seats: 14, slope: 0, grade: (row) => (row < 5 ? 0 : 1), prefix: "B" }),
    block("1F C", grades, { x: 28, y: 8, rows: 8, seats: 8, slope: -0.12, grade: (row) => (row < 3 ? 1 : 2), prefix: "C" }),
    block("2F", grades, { x: 9, y: 21, rows: 2, seats: 16, slope: 0, grade: () => 2, prefix: "D" }),
  ];
  return finish("hall-1", "한빛아트홀", grades, sections, { x: 11, y: 2, width: 16, height: 3.4 });
}

export function club() {
  const grades = [
    { name: "스탠딩", color: "#ff8552", price: won(99000) },
    { name: "R", color: "#5cc8ff", price: won(121000) },
  ];
  const places = Array.from({ length: 400 }, (_, i) => `ST-${i + 1}`);
  const floor = {
    name: "스탠딩", kind: "area", outline: [4, 6, 34, 6, 34, 18, 4, 18],
    rows: [{ name: "", grade: 0, guids: places, numbers: places.map((_, i) => String(i + 1)), xs: places.map(() => 19), ys: places.map(() => 12) }],
  };
  const balcony = block("발코니", grades, { x: 6, y: 21, rows: 4, seats: 26, slope: 0, grade: () => 1, prefix: "BL" });
  return finish("hall-3", "무브홀", grades, [floor, balcony], { x: 9, y: 1, width: 20, height: 3 });
}

/* A bowl of three tiers around a pitch with a stage at one end: about 50,000 seats. */
export function stadium() {
  const grades = [
    { name: "VIP", color: "#ffb23e", price: won(198000) },
    { name: "R", color: "#ff6f91", price: won(165000) },
    { name: "S", color: "#62a8ff", price: won(132000) },
    { name: "A", color: "#7fd18b", price: won(99000) },
    { name: "B", color: "#c9a6ff", price: won(77000) },
  ];
  const sections = [];
  for (let line = 0; line < 4; line++)
    for (let column = 0; column < 5; column++)
      sections.push(block(`F${line * 5 + column + 1}`, grades, {
        x: 118 + column * 25, y: 128 + line * 22, rows: 18, seats: 21, slope: 0, grade: () => (line < 2 ? 0 : 1), prefix: `F${line * 5 + column + 1}`,
      }));
  const tiers = [
    { name: 1, radius: 112, rows: 26, blocks: 40, grade: (angle) => (Math.abs(angle) > 2 ? 1 : 2) },
    { name: 2, radius: 144, rows: 26, blocks: 44, grade: () => 3 },
    { name: 3, radius: 176, rows: 18, blocks: 48, grade: () => 4 },
  ];
  for (const tier of tiers)
    for (let b = 0; b < tier.blocks; b++) {
      const middle = -Math.PI / 2 + ((b + 0.5) / tier.blocks) * 2 * Math.PI;
      /* Behind the stage nobody sits. */
      if (Math.abs(middle + Math.PI / 2) < 0.42 || Math.abs(middle - 1.5 * Math.PI) < 0.42) continue;
      sections.push(wedge(`${tier.name}${String(b + 1).padStart(2, "0")}`, tier, middle, (2 * Math.PI) / tier.blocks));
    }
  return finish("hall-2", "서울 스타디움", grades, sections, { x: 140, y: 84, width: 80, height: 26 });
}

const centre = { x: 180, y: 180 };
const squash = 0.86;

function wedge(name, tier, middle, span) {
  const rows = [];
  for (let r = 0; r < tier.rows; r++) {
    const radius = tier.radius + r * 1.12;
    const seats = Math.floor((radius * squash * span * 0.9) / 1.02);
    const at = (i) => middle + ((i + 0.5) / seats - 0.5) * span * 0.9;
    rows.push({
      name: String(r + 1), grade: tier.grade(middle),
      guids: list(seats, (i) => `${name}-${r + 1}-${i + 1}`), numbers: list(seats, (i) => String(i + 1)),
      xs: list(seats, (i) => round(centre.x + radius * Math.cos(at(i)))),
      ys: list(seats, (i) => round(centre.y + radius * squash * Math.sin(at(i)))),
    });
  }
  const inner = tier.radius - 1;
  const outer = tier.radius + tier.rows * 1.12;
  const edge = (radius, share) => {
    const angle = middle + share * span * 0.94;
    return [round(centre.x + radius * Math.cos(angle)), round(centre.y + radius * squash * Math.sin(angle))];
  };
  const outline = [...edge(inner, -0.5), ...edge(inner, 0), ...edge(inner, 0.5), ...edge(outer, 0.5), ...edge(outer, 0), ...edge(outer, -0.5)];
  return { name, kind: "seats", outline, rows };
}

function block(name, grades, { x, y, rows, seats, slope, grade, prefix }) {
  const made = list(rows, (r) => ({
    name: String.fromCharCode(65 + r), grade: grade(r),
    guids: list(seats, (i) => `${prefix}-${String.fromCharCode(65 + r)}-${i + 1}`), numbers: list(seats, (i) => String(i + 1)),
    xs: list(seats, (i) => x + i), ys: list(seats, (i) => round(y + r + slope * i)),
  }));
  const lift = slope * (seats - 1);
  const outline = [x - 1.4, y - 1, x + seats, y - 1 + lift, x + seats, y + rows + lift, x - 1.4, y + rows];
  return { name, kind: "seats", outline: outline.map(round), rows: made };
}

function finish(id, name, grades, sections, stage) {
  const count = sections.reduce((sum, s) => sum + s.rows.reduce((n, r) => n + r.guids.length, 0), 0);
  const xs = sections.flatMap((s) => s.outline.filter((_, i) => i % 2 === 0)).concat(stage.x, stage.x + stage.width);
  const ys = sections.flatMap((s) => s.outline.filter((_, i) => i % 2 === 1)).concat(stage.y, stage.y + stage.height);
  const [x, y] = [Math.min(...xs) - 1, Math.min(...ys) - 1];
  const bounds = { x, y, width: Math.max(...xs) + 1 - x, height: Math.max(...ys) + 1 - y, pitch: 1 };
  return { hall: { id, name }, seat_count: count, bounds, stage, grades, sections };
}

function list(length, make) {
  return Array.from({ length }, (_, i) => make(i));
}

function won(amount) {
  return { amount, currency: "KRW" };
}

function round(value) {
  return Math.round(value * 100) / 100;
}
