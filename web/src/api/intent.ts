/* An intention of the person, such as "hold these seats": one key however often it has to be sent.
   The key lives until the server has decided; only an uncertain outcome (no answer, 5xx) keeps it. */
import type { Store } from "../app/session";
import { Problem } from "./problem";

export class Intent {
  constructor(
    private readonly name: string,
    private readonly store: Store,
    private readonly newKey: () => string = randomKey,
  ) {}

  async carryOut<T>(body: unknown, send: (key: string) => Promise<T>): Promise<T> {
    const key = this.keyFor(JSON.stringify(body));
    try {
      const answer = await send(key);
      this.forget();
      return answer;
    } catch (error) {
      if (error instanceof Problem && !error.uncertain) this.forget();
      throw error;
    }
  }

  forget(): void {
    this.store.removeItem(this.name);
  }

  private keyFor(body: string): string {
    const kept = this.store.getItem(this.name);
    const cut = kept ? kept.indexOf(" ") : -1;
    if (kept && kept.slice(cut + 1) === body) return kept.slice(0, cut);
    const key = this.newKey();
    this.store.setItem(this.name, `${key} ${body}`);
    return key;
  }
}

/* crypto.randomUUID exists in secure contexts only; getRandomValues everywhere. */
export function randomKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
