/* The seat map as the page uses it: the copy of the hall, what is chosen, and who wants to know of changes. */
import { signal } from "@preact/signals";
import type { Availability, AvailabilityDelta } from "../api/shapes/booking";
import type { Money } from "../api/shapes/common";
import type { SeatMapData } from "../api/shapes/performance";
import { decodeSeats, free, held } from "./availability";
import { everything, fitting, type Filter } from "./filter";
import type { LiveState } from "./live";
import { SeatMap } from "./model";

export type Refusal = "taken" | "limit";

export class SeatStore {
  map: SeatMap;
  /* Grows with every change of availability. */
  readonly revision = signal(0);
  readonly chosen = signal<readonly number[]>([]);
  readonly live = signal<LiveState>("connecting");
  readonly ready = signal(false);
  readonly filter = signal<Filter>(everything);
  /* By seat, 1 where the filter wants it; null where it wants all. */
  fit: Uint8Array | null = null;
  /* Chosen seats that somebody else got, until others are taken or the news is put away. */
  readonly lost = signal<readonly number[]>([]);
  /* While a hold is under way its own seats turn "held": that is no loss. */
  holding = false;
  private left: { revision: number; sections: number[] } | null = null;
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

  /* Another drawing of the hall; nothing is chosen in it. */
  replace(map: SeatMap): void {
    this.map = map;
    this.chosen.value = [];
    this.tell(null);
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
    const changed = this.map.change(seats.map((seat) => [seat, held] as const));
    this.lose(this.chosen.value.filter((seat) => seats.includes(seat)));
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
    this.lost.value = this.lost.value.slice(1);        /* one chosen by hand stands for one that went */
    this.choose([...chosen, seat]);
    return null;
  }

  choose(seats: readonly number[]): void {
    const before = this.chosen.value;
    this.chosen.value = seats;
    this.tell([...before, ...seats]);
  }

  sift(change: Partial<Filter>): void {
    const filter = { ...this.filter.value, ...change };
    this.fit = fitting(this.map, filter);
    this.left = null;
    this.filter.value = filter;
    this.tell(null);
  }

  /* Free, and what the filter asks for. */
  wanted(seat: number): boolean {
    return this.map.state[seat] === free && (this.fit === null || this.fit[seat] === 1);
  }

  /* Whether a filter leaves the seat out altogether. */
  hidden(seat: number): boolean {
    return this.filter.value.onlyFree && this.map.state[seat] !== free;
  }

  /* How many free and wanted seats a section has. */
  leftIn(section: number): number {
    if (this.fit === null) return this.map.sections[section].free;
    if (this.left?.revision !== this.revision.value) {
      const sections = this.map.sections.map(() => 0);
      for (let seat = 0; seat < this.map.count; seat++) if (this.wanted(seat)) sections[this.map.sectionOf[seat]]++;
      this.left = { revision: this.revision.value, sections };
    }
    return this.left.sections[section];
  }

  /* Puts others in the place of what was lost, or puts the news of it away. */
  settle(seats: readonly number[] = []): void {
    this.lost.value = [];
    this.choose([...this.chosen.value, ...seats]);
  }

  total(): Money | null {
    const prices = this.chosen.value.map((seat) => this.map.grades[this.map.grade[seat]].price);
    if (prices.length === 0) return null;
    return { amount: prices.reduce((sum, price) => sum + price.amount, 0), currency: prices[0].currency };
  }

  private changed(seats: number[] | null): void {
    if (!this.holding) {
      const lost = this.chosen.value.filter((seat) => this.map.state[seat] !== free);
      if (lost.length) this.lose(lost);
    }
    this.revision.value++;
    this.tell(seats);
  }

  private lose(seats: readonly number[]): void {
    this.lost.value = [...this.lost.value, ...seats];
    this.choose(this.chosen.value.filter((seat) => !seats.includes(seat)));
  }

  private tell(seats: number[] | null): void {
    for (const listener of this.listeners) listener(seats);
  }
}
