/* Where the person is. Paths are matched against patterns such as /schedules/:id/seats. */
import { signal } from "@preact/signals";

export interface Place {
  path: string;
  query: string;
}

export type Params = Record<string, string>;

export function matchPath(pattern: string, path: string): Params | null {
  const wanted = pattern.split("/");
  const given = path.replace(/(.)\/+$/, "$1").split("/");
  if (wanted.length !== given.length) return null;
  const params: Params = {};
  for (let i = 0; i < wanted.length; i++) {
    if (wanted[i].startsWith(":")) {
      const value = decode(given[i]);
      if (!value) return null;
      params[wanted[i].slice(1)] = value;
    } else if (wanted[i] !== given[i]) return null;
  }
  return params;
}

function decode(part: string): string | null {
  try {
    return decodeURIComponent(part);
  } catch {
    return null;
  }
}

/* Only a path of this site may be returned to after signing in. */
export function safeReturn(to: string | null): string {
  return to && /^\/(?![/\\])/.test(to) ? to : "/";
}

export function signInPath(to: string): string {
  return `/login?return=${encodeURIComponent(to)}`;
}

const here = (): Place => ({ path: location.pathname, query: location.search });

export const place = signal<Place>(typeof location === "undefined" ? { path: "/", query: "" } : here());

export function currentPath(): string {
  return place.value.path + place.value.query;
}

export function navigate(to: string, options: { replace?: boolean; keepScroll?: boolean } = {}): void {
  if (options.replace) history.replaceState(history.state, "", to);
  else {
    history.replaceState({ scroll: scrollY }, "");
    history.pushState({ scroll: 0 }, "", to);
  }
  place.value = here();
  if (!options.keepScroll) scrollTo(0, 0);
}

function follow(event: MouseEvent): void {
  if (event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey)
    return;
  const link = event.target instanceof Element ? event.target.closest("a") : null;
  if (!link || link.target || link.hasAttribute("download") || link.origin !== location.origin) return;
  if (link.hash && link.pathname === location.pathname) return;
  event.preventDefault();
  navigate(link.pathname + link.search);
}

export function startRouter(): void {
  history.scrollRestoration = "manual";
  addEventListener("click", follow);
  addEventListener("popstate", () => {
    place.value = here();
    const scroll = Number((history.state as { scroll?: number } | null)?.scroll ?? 0);
    requestAnimationFrame(() => scrollTo(0, scroll));
  });
}
