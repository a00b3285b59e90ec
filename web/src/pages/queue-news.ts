/* What has changed in the waiting room since the person last looked at it: a hidden page is not looked at, and a reload is no look either. */
import { useEffect, useRef, useState } from "preact/hooks";
import type { QueuePlace } from "../api/shapes/queue";

export interface Glance {
  position: number | null;
  paused: boolean;
  message: string;
  stock: Record<string, number>;
}

export type News =
  | { kind: "moved"; n: number }
  | { kind: "drawn" | "paused" | "resumed" | "said" }
  | { kind: "sold"; grade: string; n: number }
  | { kind: "gone"; grade: string }
  | { kind: "back"; grade: string; n: number };

const gradesTold = 4;

export const glance = (place: QueuePlace): Glance => ({
  position: place.position, paused: place.paused === true, message: place.message ?? "", stock: place.stock ?? {},
});

function stockNews(before: Record<string, number>, now: Record<string, number>): News[] {
  const news: { by: number; one: News }[] = [];
  for (const [grade, left] of Object.entries(now)) {
    const change = left - (before[grade] ?? left);
    if (change > 0) news.push({ by: change, one: { kind: "back", grade, n: change } });
    else if (change < 0) news.push({ by: -change, one: left === 0 ? { kind: "gone", grade } : { kind: "sold", grade, n: -change } });
  }
  const weight = (one: News) => (one.kind === "gone" ? 1 : 0);
  return news.sort((a, b) => weight(b.one) - weight(a.one) || b.by - a.by).slice(0, gradesTold).map(({ one }) => one);
}

export function newsBetween(before: Glance, now: Glance): News[] {
  const news: News[] = [];
  if (before.paused !== now.paused) news.push({ kind: now.paused ? "paused" : "resumed" });
  if (before.message !== now.message && now.message) news.push({ kind: "said" });
  if (before.position === null && now.position !== null) news.push({ kind: "drawn" });
  if (before.position !== null && now.position !== null && now.position < before.position) news.push({ kind: "moved", n: before.position - now.position });
  return [...news, ...stockNews(before.stock, now.stock)];
}

/* ---- kept for the tab, by place ---- */

const name = (token: string) => `takenseat.glance.${token}`;

export function keptGlance(token: string, store: Pick<Storage, "getItem">): Glance | null {
  try {
    const kept: unknown = JSON.parse(store.getItem(name(token)) ?? "null");
    return typeof kept === "object" && kept !== null && "stock" in kept ? (kept as Glance) : null;
  } catch {
    return null;
  }
}

/* The newest news, and when they came; older ones stay until there are others. */
export function useNews(place: QueuePlace | null): { news: News[]; at: string } {
  const [told, setTold] = useState<{ news: News[]; at: string }>({ news: [], at: "" });
  const before = useRef<Glance | null>(null);
  useEffect(() => {
    if (place?.state !== "waiting") return;
    const now = glance(place);
    before.current ??= keptGlance(place.place_token, sessionStorage);
    const news = before.current ? newsBetween(before.current, now) : [];
    if (news.length > 0) setTold({ news, at: new Date().toISOString() });
    if (document.hidden) return;
    before.current = now;
    sessionStorage.setItem(name(place.place_token), JSON.stringify(now));
  }, [place]);
  return told;
}
