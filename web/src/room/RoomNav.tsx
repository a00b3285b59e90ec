/* The way between the pages of one waiting room. */
import { useEffect, useRef } from "preact/hooks";
import { place } from "../app/router";
import { roomWords } from "./words";

export const parts = ["settings", "presale", "appeals", "passes"] as const;

export function RoomNav({ schedule }: { schedule: string }) {
  const w = roomWords();
  const live = `/admin/queues/${encodeURIComponent(schedule)}`;
  const links: [string, string][] = [[live, w.live], ...parts.map((part): [string, string] => [`${live}/${part}`, w[part]])];
  const nav = useRef<HTMLElement>(null);
  useEffect(() => nav.current?.querySelector("[aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" }), []);
  return (
    <nav ref={nav} class="staff__nav" aria-label={w.nav} data-testid="room-nav">
      {links.map(([path, name]) => <a key={path} href={path} aria-current={place.value.path === path ? "page" : undefined}>{name}</a>)}
    </nav>
  );
}
