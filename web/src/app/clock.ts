/* The server's time. Countdowns follow it, not the clock of the device. */
import { signal } from "@preact/signals";

/* The offset lies in [low, high]: every answer narrows it; one that contradicts it starts it afresh. */
export class ClockEstimate {
  private low = -Infinity;
  private high = Infinity;
  private exact = false;

  /* The server read `server` (known to within `grain` ms) between `sent` and `received` of our clock. */
  observe(server: number, grain: number, sent: number, received: number): void {
    const precise = grain === 0;
    if (this.exact && !precise) return;
    const low = server - received;
    const high = server + grain - sent;
    const contradicts = low > this.high || high < this.low;
    if (contradicts || (precise && !this.exact)) {
      this.low = low;
      this.high = high;
    } else {
      this.low = Math.max(this.low, low);
      this.high = Math.min(this.high, high);
    }
    this.exact = precise;
  }

  get offset(): number {
    return Number.isFinite(this.low) && Number.isFinite(this.high) ? (this.low + this.high) / 2 : 0;
  }
}

const estimate = new ClockEstimate();

export function observeDate(header: string | null, sent: number, received: number): void {
  const server = header ? Date.parse(header) : NaN;
  if (!Number.isNaN(server)) estimate.observe(server, 1000, sent, received);
}

export function observeServerTime(time: string, sent: number, received: number): void {
  const server = Date.parse(time);
  if (!Number.isNaN(server)) estimate.observe(server, 0, sent, received);
}

export function serverNow(): number {
  return Date.now() + estimate.offset;
}

let ticking: ReturnType<typeof setInterval> | undefined;

/* Ticks once a second while somebody reads it. */
export const now = signal(0, {
  watched() {
    now.value = serverNow();
    ticking = setInterval(() => (now.value = serverNow()), 1000);
  },
  unwatched() {
    clearInterval(ticking);
  },
});
