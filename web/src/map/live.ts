/* Keeps a copy of the availability current: a snapshot, then deltas from the stream; polling while there is none. */
import type { Availability, AvailabilityDelta } from "../api/shapes/booking";
import type { QueueNews } from "../api/shapes/queue";
import { fit, isDelta } from "./availability";

export type LiveState = "connecting" | "live" | "polling";

export interface LiveParts {
  open(): EventSource;
  snapshot(): Promise<Availability>;
  onSnapshot(availability: Availability): void;
  onDelta(delta: AvailabilityDelta): void;
  onQueue(news: QueueNews): void;
  onState(state: LiveState): void;
  onFailure(error: unknown): void;
}

const pollEvery = 5_000;
const reopenAfter = 15_000;
const closed = 2;

export class LiveAvailability {
  private source: EventSource | null = null;
  private version = -1;
  private reading = false;
  private stopped = false;
  private early: AvailabilityDelta[] = [];
  private poll: ReturnType<typeof setTimeout> | undefined;
  private reopen: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly parts: LiveParts) {}

  start(): void {
    this.parts.onState("connecting");
    void this.resync();
    this.connect();
  }

  stop(): void {
    this.stopped = true;
    this.pause();
  }

  /* A hidden tab needs no stream: browsers allow few connections to one server. */
  pause(): void {
    this.source?.close();
    this.source = null;
    clearTimeout(this.poll);
    clearTimeout(this.reopen);
    this.poll = undefined;
  }

  resume(): void {
    if (this.source || this.stopped) return;
    void this.resync();
    this.connect();
  }

  /* Reads the whole availability again; deltas that arrive meanwhile wait. */
  async resync(): Promise<void> {
    if (this.reading || this.stopped) return;
    this.reading = true;
    try {
      const snapshot = await this.parts.snapshot();
      if (this.stopped) return;
      this.version = snapshot.version;
      this.parts.onSnapshot(snapshot);
    } catch (error) {
      if (!this.stopped) this.parts.onFailure(error);
      return;
    } finally {
      this.reading = false;
    }
    for (const delta of this.early.splice(0)) this.receive(delta);
  }

  receive(delta: AvailabilityDelta): void {
    if (this.reading || this.version < 0) {
      this.early.push(delta);
      return;
    }
    const how = fit(this.version, delta);
    if (how === "applies") {
      this.version = delta.version;
      this.parts.onDelta(delta);
    } else if (how === "gap") void this.resync();
  }

  private connect(): void {
    if (this.stopped) return;
    const source = this.parts.open();
    this.source = source;
    source.addEventListener("open", () => {
      clearTimeout(this.poll);
      this.poll = undefined;
      this.parts.onState("live");
    });
    source.addEventListener("availability", (event) => {
      const delta = parse(event.data);
      if (isDelta(delta)) this.receive(delta);
    });
    source.addEventListener("queue", (event) => {
      const news = parse(event.data);
      if (news !== null) this.parts.onQueue(news as QueueNews);
    });
    source.addEventListener("error", () => this.lost(source));
  }

  /* The browser reconnects by itself unless the server refused; until then the copy is polled. */
  private lost(source: EventSource): void {
    if (this.stopped || source !== this.source) return;
    this.parts.onState("polling");
    this.pollLater();
    if (source.readyState !== closed) return;
    clearTimeout(this.reopen);
    this.reopen = setTimeout(() => this.connect(), reopenAfter * (0.75 + Math.random() / 2));
  }

  private pollLater(): void {
    this.poll ??= setTimeout(() => {
      this.poll = undefined;
      void this.resync().then(() => {
        if (this.source?.readyState !== 1 && !this.stopped) this.pollLater();
      });
    }, pollEvery * (0.75 + Math.random() / 2));
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
