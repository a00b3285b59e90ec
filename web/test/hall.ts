/* A small hall for the tests: two sections of numbered seats, one with mixed grades, and an area. */
import type { SeatMapData } from "../src/api/shapes/performance";

const won = (amount: number) => ({ amount, currency: "KRW" });

export function hall(): SeatMapData {
  return {
    schedule_id: "s", hall: { id: "h", name: "Hall" }, seat_count: 9, bounds: { x: 0, y: 0, width: 20, height: 10, pitch: 1 }, stage: null,
    grades: [{ name: "VIP", color: "#fff", price: won(150000) }, { name: "R", color: "#000", price: won(90000) }],
    sections: [
      { name: "A", kind: "seats", outline: [0, 0, 4, 0, 4, 3, 0, 3], rows: [
        { name: "1", grade: 0, guids: ["A-1-1", "A-1-2", "A-1-3"], numbers: ["1", "2", "3"], xs: [1, 2, 3], ys: [1, 1, 1] },
        { name: "2", grade: 0, grades: [0, 1], guids: ["A-2-1", "A-2-2"], numbers: ["1", "2"], xs: [1, 3], ys: [2, 2] },
      ] },
      { name: "B", kind: "seats", outline: [], rows: [
        { name: "1", grade: 1, guids: ["B-1", "B-2"], numbers: ["1", "2"], xs: [18, 19], ys: [9, 9] },
      ] },
      { name: "Floor", kind: "area", outline: [6, 5, 12, 5, 12, 9, 6, 9], rows: [
        { name: "", grade: 1, guids: ["F-1", "F-2"], numbers: ["", ""], xs: [9, 9], ys: [7, 7] },
      ] },
    ],
  };
}
