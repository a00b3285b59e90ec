/* Which of the two languages the person reads; remembered, and told to the document. */
import { signal } from "@preact/signals";
import { lasting } from "./storage";

export const languages = ["ko", "en"] as const;
export type Language = (typeof languages)[number];

const memory = "takenseat.language";

export function preferred(kept: string | null, wanted: readonly string[]): Language {
  if (kept === "ko" || kept === "en") return kept;
  for (const tag of wanted) {
    const primary = tag.slice(0, 2).toLowerCase();
    if (primary === "ko" || primary === "en") return primary;
  }
  return "en";
}

export const language = signal<Language>(
  typeof window === "undefined" ? "en" : preferred(lasting.getItem(memory), navigator.languages),
);

export function chooseLanguage(next: Language): void {
  language.value = next;
  lasting.setItem(memory, next);
}
