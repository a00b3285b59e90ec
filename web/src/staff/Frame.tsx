/* What is around every page for organizers: the way between them, as far as one's roles go, and the page's name. */
import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { pages } from "../app/pages";
import { place } from "../app/router";
import { mayEnter } from "../app/roles";
import { useTitle } from "../app/Shell";
import { staffWords } from "./words";

type Name = "shows" | "bookings" | "desk" | "halls" | "coupons" | "money" | "customers" | "reviews" | "mails" | "webhooks" | "keys" | "audit";

/* A name with two ways leads to the first that is open. */
const ways: [path: string, name: Name, also?: string[]][] = [
  ["/admin", "shows", ["/admin/performances", "/admin/schedules"]],
  ["/admin/bookings", "bookings"],
  ["/desk", "desk"],
  ["/admin/halls", "halls"],
  ["/admin/coupons", "coupons"],
  ["/admin/money", "money"],
  ["/settlements", "money"],
  ["/admin/customers", "customers"],
  ["/admin/reviews", "reviews"],
  ["/admin/mails", "mails"],
  ["/admin/webhooks", "webhooks"],
  ["/admin/keys", "keys"],
  ["/admin/audit", "audit"],
];

function openWays() {
  const open = ways.filter(([path]) => pages.some((page) => page.pattern === path && mayEnter(page)));
  return open.filter(([, name], i) => open.findIndex((other) => other[1] === name) === i);
}

function isHere(path: string, also: string[] = []): boolean {
  const here = place.value.path;
  return here === path || [...(path === "/admin" ? [] : [path]), ...also].some((one) => here.startsWith(`${one}/`));
}

function StaffNav() {
  const w = staffWords();
  const nav = useRef<HTMLElement>(null);
  useEffect(() => nav.current?.querySelector("[aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" }), []);
  return (
    <nav ref={nav} class="staff__nav" aria-label={w.nav} data-testid="staff-nav">
      {openWays().map(([path, name, also]) => <a key={path} href={path} aria-current={isHere(path, also) ? "page" : undefined}>{w[name]}</a>)}
    </nav>
  );
}

export function Frame({ title, about, parts, children }: { title: string; about?: string; parts?: ComponentChildren; children: ComponentChildren }) {
  useTitle(title);
  return (
    <div class="wrap staff">
      <StaffNav />
      <header class="cockpit__head">
        <h1>{title}</h1>
        {about && <p class="muted">{about}</p>}
      </header>
      {parts}
      {children}
    </div>
  );
}

/* The way between the parts of one thing; `base` is the first one's path. */
export function Parts({ label, base, parts }: { label: string; base: string; parts: [part: string, name: string][] }) {
  return (
    <nav class="staff__nav" aria-label={label} data-testid="parts">
      {parts.map(([part, name]) => {
        const path = part ? `${base}/${part}` : base;
        return <a key={part} href={path} aria-current={place.value.path === path ? "page" : undefined}>{name}</a>;
      })}
    </nav>
  );
}
