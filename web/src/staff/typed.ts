/* What people type, and what is meant by it. */
import type { Money } from "../api/shapes/common";
import type { CastMember } from "../api/shapes/performance";

/* Null: no whole number. The server says which ones it takes. */
export const whole = (text: string): number | null => (/^\d{1,9}$/.test(text.trim()) ? Number(text) : null);

const digitsOf = (currency: string) => new Intl.NumberFormat("en", { style: "currency", currency }).resolvedOptions().maximumFractionDigits ?? 0;

/* "150,000" won, "19.99" dollars; null: no amount of that currency. */
export function amountOf(text: string, currency: string): Money | null {
  const digits = digitsOf(currency);
  const said = /^(\d{1,12})(?:\.(\d+))?$/.exec(text.replace(/[\s,]/g, ""));
  if (!said || (said[2]?.length ?? 0) > digits) return null;
  return { amount: Number(said[1] + (said[2] ?? "").padEnd(digits, "0")), currency };
}

export function amountText({ amount, currency }: Money): string {
  const digits = digitsOf(currency);
  return digits === 0 ? String(amount) : (amount / 10 ** digits).toFixed(digits);
}

/* A person a line, "name / role". */
export function castOf(text: string): { name: string; role: string }[] {
  return text.split(/\r?\n/).map((line) => {
    const [name, ...role] = line.split("/");
    return { name: name.trim(), role: role.join("/").trim() };
  }).filter(({ name, role }) => name || role);
}

export const castText = (cast: CastMember[]) =>
  cast.map((one) => (typeof one === "string" ? one : one.role ? `${one.name} / ${one.role}` : one.name)).join("\n");

/* Codes of seats with anything between them. */
export const seatsOf = (text: string): string[] => text.split(/[\s,;]+/).filter(Boolean);
