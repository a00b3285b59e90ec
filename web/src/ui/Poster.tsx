/* A poster, or where there is none (or it does not load) one drawn from title and genre: always the same for a show. */
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import type { Genre } from "../api/shapes/performance";
import { words } from "../app/i18n";
import { draws } from "./poster-art";

const inks: [ground: string, deep: string, bright: string, light: string][] = [
  ["#2b1030", "#5a1846", "#ff5d73", "#ffd9a0"],
  ["#06283d", "#0f4c5c", "#2ec4b6", "#f4f1bb"],
  ["#1b1a3a", "#3a2f7d", "#8f7bff", "#ffd27a"],
  ["#3a0d12", "#7d1a2b", "#ff8552", "#fff0d4"],
  ["#10261f", "#1f5543", "#7fd18b", "#f7f7d2"],
  ["#1a1a22", "#3b3f54", "#9fb4d8", "#ffe3a8"],
  ["#3b2206", "#8a4b08", "#ffb23e", "#fff6df"],
  ["#0d1b3e", "#20418c", "#62a8ff", "#ffe7e0"],
];

function hash(text: string): number {
  let value = 2166136261;
  for (let i = 0; i < text.length; i++) value = Math.imul(value ^ text.charCodeAt(i), 16777619);
  value ^= value >>> 15;
  return Math.imul(value, 2246822519) >>> 0;
}

/* A small deterministic source of numbers in [0, 1). */
function dice(seed: number): () => number {
  let state = seed || 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 4294967296;
  };
}

export function Poster({ title, genre, url }: { title: string; genre: Genre; url: string }) {
  const [failed, setFailed] = useState("");
  if (url && failed !== url) return <img class="poster" src={url} alt="" loading="lazy" onError={() => setFailed(url)} />;
  const seed = hash(`${genre}/${title}`);
  const [ground, deep, bright, light] = inks[seed % inks.length];
  const draw: (roll: () => number) => JSX.Element = draws[genre] ?? draws.other;
  return (
    <svg class="poster" viewBox="0 0 300 400" preserveAspectRatio="xMidYMid slice" aria-hidden="true"
      style={{ color: bright }} fill={light} stroke={deep} stroke-width="0">
      <rect width="300" height="400" fill={ground} />
      {draw(dice(seed))}
      <rect y="352" width="300" height="48" fill={ground} opacity=".82" />
      <text x="20" y="382" font-size="15" font-weight="700" letter-spacing="3">{(words().genre[genre] ?? genre).toUpperCase()}</text>
    </svg>
  );
}
