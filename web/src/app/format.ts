/* Money, dates and durations in the person's language. Shows are told in the hall's time zone: the device's. */
import type { Money } from "../api/shapes/common";
import { language, type Language } from "./language";

const locales: Record<Language, string> = { ko: "ko-KR", en: "en-GB" };

function kept<T>(make: (locale: string) => T): () => T {
  const made = new Map<Language, T>();
  return () => {
    const tongue = language.value;
    if (!made.has(tongue)) made.set(tongue, make(locales[tongue]));
    return made.get(tongue) as T;
  };
}

const numbers = kept((locale) => new Intl.NumberFormat(locale));
const days = kept((locale) => new Intl.DateTimeFormat(locale, { dateStyle: "medium" }));
const weekdays = kept(
  (locale) => new Intl.DateTimeFormat(locale, { year: "numeric", month: "long", day: "numeric", weekday: "short" }),
);
const times = kept((locale) => new Intl.DateTimeFormat(locale, { hour: "numeric", minute: "2-digit" }));
const moments = kept(
  (locale) =>
    new Intl.DateTimeFormat(locale, {
      year: "numeric", month: "short", day: "numeric", weekday: "short", hour: "numeric", minute: "2-digit",
    }),
);
const months = kept((locale) => new Intl.DateTimeFormat(locale, { year: "numeric", month: "long" }));

const currencies = new Map<string, Intl.NumberFormat>();

export function money({ amount, currency }: Money): string {
  const locale = locales[language.value];
  const name = locale + currency;
  let format = currencies.get(name);
  if (!format) {
    format = new Intl.NumberFormat(locale, { style: "currency", currency, currencyDisplay: "narrowSymbol" });
    currencies.set(name, format);
  }
  const digits = format.resolvedOptions().maximumFractionDigits ?? 0;
  return format.format(amount / 10 ** digits);
}

export const count = (value: number): string => numbers().format(value);
export const day = (time: string): string => days().format(new Date(time));
export const longDay = (time: string): string => weekdays().format(new Date(time));
export const monthName = (first: Date): string => months().format(first);
export const timeOfDay = (time: string): string => times().format(new Date(time));
export const moment = (time: string): string => moments().format(new Date(time));

export function dayRange(from: string, to: string): string {
  const format = days();
  const start = new Date(from);
  const end = new Date(to);
  return format.formatRange(start, end);
}

/* 2d 03:04:05 as clocks show it; negative is zero. */
export function clockFace(ms: number): { days: number; face: string } {
  const seconds = Math.max(0, Math.ceil(ms / 1000));
  const two = (value: number) => String(value).padStart(2, "0");
  const d = Math.floor(seconds / 86_400);
  const h = Math.floor((seconds % 86_400) / 3600);
  const m = Math.floor((seconds % 3600) / 60);
  const minutes = `${two(m)}:${two(seconds % 60)}`;
  return { days: d, face: d > 0 || h > 0 ? `${two(h)}:${minutes}` : minutes };
}

/* The beginning of a day of the Korean calendar (2026-11-23), or of one some days after it, as RFC 3339; an empty day stays empty. */
export function koreanDay(day: string, after = 0): string {
  const begins = Date.parse(`${day}T00:00:00+09:00`);
  return Number.isNaN(begins) ? "" : new Date(begins + after * 86_400_000).toISOString();
}

/* The day in the calendar of the device, to group schedules by. */
export function dayKey(time: string): string {
  const date = new Date(time);
  return `${date.getFullYear()}-${date.getMonth() + 1}-${date.getDate()}`;
}
