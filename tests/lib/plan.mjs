/* Seating plans made by code, in pretix's format. */
export const grades = ['VIP', 'R', 'S'];
const colors = ['#b98cff', '#ff8c8c', '#8cff9a'];

/* Rows of equal length in one section; the rows are shared out among the grades, the best in front. */
export function plan_of({ rows = 6, seats = 10, categories = grades, guid = (row, seat) => `${row}-${seat}` } = {}) {
  return {
    name: 'Hall',
    categories: categories.map((name, i) => ({ name, color: colors[i % colors.length] })),
    zones: [{
      name: 'Floor',
      position: { x: 0, y: 0 },
      rows: Array.from({ length: rows }, (_, r) => ({
        position: { x: 0, y: r * 30 },
        row_number: String(r + 1),
        seats: Array.from({ length: seats }, (__, s) => ({
          seat_number: String(s + 1),
          seat_guid: guid(r + 1, s + 1),
          position: { x: s * 25, y: 0 },
          category: categories[Math.floor((r * categories.length) / rows)],
        })),
      })),
    }],
  };
}
