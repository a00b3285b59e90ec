/* Short news at the edge of the page, read out by screen readers. */
import { signal } from "@preact/signals";

export interface Toast {
  id: number;
  tone: "plain" | "warn";
  text: string;
}

export const toasts = signal<Toast[]>([]);
let last = 0;

export function tell(text: string, tone: Toast["tone"] = "plain"): void {
  const toast = { id: ++last, tone, text };
  toasts.value = [...toasts.value.slice(-2), toast];
  setTimeout(() => dismiss(toast.id), 7000);
}

export function dismiss(id: number): void {
  toasts.value = toasts.value.filter((toast) => toast.id !== id);
}
