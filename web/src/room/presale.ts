/* What an organizer does to a presale, as the change of the sale's terms that it is. */
import type { PresaleGroup, PresaleGroupChange, SaleTerms, SaleTermsChange } from "../api/shapes/booking";

/* The groups as they are, to be sent back; their codes stay. */
export function groupsOf(terms: SaleTerms): PresaleGroupChange[] {
  return (terms.presale?.groups ?? []).map((group) => ({
    ...group, uses_per_code: terms.presale_groups.find(({ name }) => name === group.name)?.uses_per_code ?? 1,
  }));
}

/* The groups with this one: in place of the one of its name, or as the last. */
export function withGroup(groups: PresaleGroupChange[], one: PresaleGroupChange): PresaleGroupChange[] {
  return groups.some(({ name }) => name === one.name) ? groups.map((group) => (group.name === one.name ? one : group)) : [...groups, one];
}

export const withoutGroup = (groups: PresaleGroupChange[], name: string) => groups.filter((group) => group.name !== name);

/* Everything else stays. The presale lasts from its first group's beginning to its last one's end; where codes of no group are about, it does not
   become shorter than it was. */
export function termsWith(terms: SaleTerms, groups: PresaleGroupChange[]): SaleTermsChange {
  const kept: SaleTermsChange = {
    person_types: terms.person_types.filter(({ name }) => name !== "adult"),
    early_bird: terms.early_bird,
    max_per_user_of_performance: terms.max_per_user_of_performance,
  };
  const loose = terms.presale && terms.presale_uses_per_code ? [terms.presale] : [];
  const windows: Pick<PresaleGroup, "starts_at" | "ends_at">[] = [...groups, ...loose];
  if (windows.length === 0) return kept;
  const time = (of: "starts_at" | "ends_at") => windows.map((one) => one[of]).sort((a, b) => Date.parse(a) - Date.parse(b));
  return {
    ...kept,
    presale: {
      starts_at: time("starts_at")[0],
      ends_at: time("ends_at")[windows.length - 1],
      max_per_user: terms.presale?.max_per_user ?? null,
      uses_per_code: terms.presale_uses_per_code,
      groups,
    },
  };
}

/* ---- codes ---- */

export const codesMost = 50_000;
const letters = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789";        /* 32 that nobody takes for one another */
const codeLetters = 10;

/* Codes that nobody guesses: fifty bits of chance each, all different. */
export function makeCodes(count: number, chance: (bytes: Uint8Array) => Uint8Array = (bytes) => crypto.getRandomValues(bytes)): string[] {
  const made = new Set<string>();
  while (made.size < count) {
    const text = Array.from(chance(new Uint8Array(codeLetters)), (byte) => letters[byte % letters.length]).join("");
    made.add(`${text.slice(0, codeLetters / 2)}-${text.slice(codeLetters / 2)}`);
  }
  return [...made];
}

/* A code a line, as people paste them; of a table the first cell counts. */
export function splitCodes(text: string): string[] {
  return text.split(/\r?\n/).map((line) => line.split(",")[0].trim().replace(/^"(.*)"$/, "$1").trim())
    .filter((code, i) => code !== "" && !(i === 0 && code.toLowerCase() === "code"));
}

export type CodeFault = { at: number; code: string; what: "form" | "twice" } | { what: "none" | "many" };

/* What is wrong with them, as far as can be told without the server; null: nothing. */
export function codesFault(codes: string[]): CodeFault | null {
  if (codes.length === 0) return { what: "none" };
  if (codes.length > codesMost) return { what: "many" };
  const seen = new Set<string>();
  for (const [i, code] of codes.entries()) {
    if (!/^[!-~]{6,64}$/.test(code) || code.includes('"')) return { at: i + 1, code, what: "form" };
    if (seen.has(code.toUpperCase())) return { at: i + 1, code, what: "twice" };
    seen.add(code.toUpperCase());
  }
  return null;
}

export const codesFile = (codes: string[]) => new Blob([`code\r\n${codes.join("\r\n")}\r\n`], { type: "text/csv" });
