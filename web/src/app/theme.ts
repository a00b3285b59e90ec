/* Light or dark: what the person has chosen, else what the device wants. The values are in styles/tokens.css; what is painted by script asks for them here. */
import { computed, effect, signal } from "@preact/signals";
import { lasting } from "./storage";

export const themes = ["auto", "light", "dark"] as const;
export type Theme = (typeof themes)[number];

const memory = "takenseat.theme";

export function keptTheme(kept: string | null): Theme {
  return kept === "light" || kept === "dark" ? kept : "auto";
}

const here = typeof window !== "undefined";
const evening = here ? matchMedia("(prefers-color-scheme: dark)") : null;
const deviceIsDark = signal(evening?.matches ?? false);

export const theme = signal<Theme>(keptTheme(lasting.getItem(memory)));

export const dark = computed(() => (theme.value === "auto" ? deviceIsDark.value : theme.value === "dark"));

export function chooseTheme(next: Theme): void {
  theme.value = next;
  if (next === "auto") lasting.removeItem(memory);
  else lasting.setItem(memory, next);
}

/* The value of a token as it is now; whoever calls it within an effect or a component follows the theme. */
export function token(name: `--${string}`, at: Element = document.documentElement): string {
  void dark.value;
  return getComputedStyle(at).getPropertyValue(name).trim();
}

/* Begins to show the theme; other tabs follow. */
export function showTheme(): void {
  evening?.addEventListener("change", () => (deviceIsDark.value = evening.matches));
  addEventListener("storage", (event) => {
    if (event.key === memory || event.key === null) theme.value = keptTheme(lasting.getItem(memory));
  });
  effect(() => {
    document.documentElement.dataset.theme = dark.value ? "dark" : "light";
  });
}
