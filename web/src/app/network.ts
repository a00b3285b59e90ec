/* Whether the device believes it has a network. */
import { signal } from "@preact/signals";

export const online = signal(typeof navigator === "undefined" || navigator.onLine !== false);

if (typeof window !== "undefined") {
  addEventListener("online", () => (online.value = true));
  addEventListener("offline", () => (online.value = false));
}
