/* The seat map as the page uses it: the copy of the hall, what is chosen, and who wants to know of changes. */
import { signal } from "@preact/signals";
import type { Availability, AvailabilityDelta, Money, SeatMapData } from "../api/shapes";
import { decodeSeats, free } from "./availability";
import type { LiveState } from "./live";
import { SeatMap } from "./model";

export type Refusal = "taken" | "limit";

export class SeatStore {
  readonly map: SeatMap;
  /* Grows with every change of availability. */
  readonly revision = signal(0);
  readonly chosen = signal<readonly number[]>([]);
  readonly live = signal<LiveState>("connecting");
  readonly ready = signal(false);
  /* The one grade to show clearly, or -1 for all. */
  readonly spotlight = signal(-1);
  /* While a hold is under way its own seats turn "held": that is no loss. */
  holding = false;
  onLost: (seats: number[]) => void = () => undefined;
  private readonly listeners = new Set<(seats: number[] | null) => void>();

  constructor(
    data: SeatMapData,
    readonly limit: number,
  ) {
    this.map = new SeatMap(data);
  }

  /* `listener` hears of changed seats; null means any or all. */
  subscribe(listener: (seats: number[] | null) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  takeSnapshot(availability: Availability): void {
    this.map.setAll(decodeSeats(availability.seats, this.map.count));
    this.ready.value = true;
    this.changed(null);
  }

  takeDelta(delta: AvailabilityDelta): void {
    const seats = this.map.change(delta.changes);
    if (seats.length) this.changed(seats);
  }

  /* What another buyer got first, as the server's refusal tells. */
  markTaken(seats: number[]): void {
    const changed = this.map.change(seats.map((seat) => [seat, 1] as const));
    this.choose(this.chosen.value.filter((seat) => !seats.includes(seat)));
    this.changed(changed);
  }

  toggle(seat: number): Refusal | null {
    const chosen = this.chosen.value;
    if (chosen.includes(seat)) {
      this.choose(chosen.filter((other) => other !== seat));
      return null;
    }
    if (this.map.state[seat] !== free || this.map.isArea(seat)) return "taken";
    if (chosen.length >= this.limit) return "limit";
    this.choose([...chosen, seat]);
    return null;
  }

  choose(seats: readonly number[]): void {
    const before = this.chosen.value;
    this.chosen.value = seats;
    this.tell([...before, ...seats]);
  }

  light(grade: number): void {
    this.spotlight.value = this.spotlight.value === grade ? -1 : grade;
    this.tell(null);
  }

  total(): Money | null {
    const prices = this.chosen.value.map((seat) => this.map.grades[this.map.grade[seat]].price);
    if (prices.length === 0) return null;
    return { amount: prices.reduce((sum, price) => sum + price.amount, 0), currency: prices[0].currency };
  }

  private changed(seats: number[] | null): void {
    if (!this.holding) {
      const lost = this.chosen.value.filter((seat) => this.map.state[seat] !== free);
      if (lost.length) {
        this.choose(this.chosen.value.filter((seat) => !lost.includes(seat)));
        this.onLost(lost);
      }
    }
    this.revision.value++;
    this.tell(seats);
  }

  private tell(seats: number[] | null): void {
    for (const listener of this.listeners) listener(seats);
  }
}
