/* What is on: performances as cards, filtered by genre and words. The filter lives in the address. */
import { useEffect, useState } from "preact/hooks";
import { listPerformances } from "../api/calls";
import { asProblem } from "../api/problem";
import { genres, type Page, type Performance } from "../api/shapes";
import { dayRange, money } from "../app/format";
import { words } from "../app/i18n";
import { useResource } from "../app/resource";
import { navigate, place } from "../app/router";
import { useTitle } from "../app/Shell";
import { tell } from "../app/toasts";
import { Countdown } from "../ui/Countdown";
import { Poster } from "../ui/Poster";
import { Await, Notice, problemText } from "../ui/states";
import { StatusBadge } from "../ui/StatusBadge";

function search(q: string, genre: string): void {
  const set = new URLSearchParams();
  if (q) set.set("q", q);
  if (genre) set.set("genre", genre);
  const text = set.toString();
  navigate(text ? `/?${text}` : "/", { replace: true, keepScroll: true });
}

export default function Home() {
  const w = words();
  useTitle("");
  const asked = new URLSearchParams(place.value.query);
  const q = asked.get("q") ?? "";
  const genre = asked.get("genre") ?? "";
  const found = useResource((signal) => listPerformances({ q, genre }, signal), [q, genre]);

  return (
    <div class="wrap">
      <div class="home__head">
        <h1 class="home__title">{w.home.title}</h1>
        <SearchBox q={q} onSearch={(text) => search(text, genre)} />
      </div>
      <div class="chips" role="group" aria-label={w.home.genres}>
        {["", ...genres].map((name) => (
          <button key={name} type="button" class="chip" aria-pressed={genre === name} data-testid={`genre-${name || "all"}`}
            onClick={() => search(q, name)}>{name ? w.genre[name as keyof typeof w.genre] : w.home.all}</button>
        ))}
      </div>
      <Await of={found}>
        {(first) => <Cards first={first} filter={{ q, genre }} />}
      </Await>
    </div>
  );
}

function SearchBox({ q, onSearch }: { q: string; onSearch(text: string): void }) {
  const w = words();
  const [text, setText] = useState(q);
  useEffect(() => {
    if (text.trim() === q) return;
    const timer = setTimeout(() => onSearch(text.trim()), 300);
    return () => clearTimeout(timer);
  }, [text]);
  return (
    <form class="search" role="search" onSubmit={(event) => { event.preventDefault(); onSearch(text.trim()); }}>
      <input type="search" value={text} placeholder={w.home.search} aria-label={w.home.search} data-testid="search"
        onInput={(event) => setText(event.currentTarget.value)} />
    </form>
  );
}

function Cards({ first, filter }: { first: Page<Performance>; filter: { q: string; genre: string } }) {
  const w = words();
  const [more, setMore] = useState<Page<Performance> | null>(null);
  const [busy, setBusy] = useState(false);
  useEffect(() => setMore(null), [first]);
  const items = more ? [...first.items, ...more.items] : first.items;
  const next = more ? more.next : first.next;

  async function showMore() {
    setBusy(true);
    try {
      const page = await listPerformances({ ...filter, cursor: next });
      setMore({ items: [...(more?.items ?? []), ...page.items], next: page.next });
    } catch (error) {
      tell(problemText(asProblem(error)).title, "warn");
    } finally {
      setBusy(false);
    }
  }

  if (items.length === 0)
    return (
      <Notice title={w.home.none} text={w.home.noneText} testid="empty">
        {(filter.q || filter.genre) && <a class="button" href="/">{w.home.showAll}</a>}
      </Notice>
    );
  return (
    <>
      <ul class="cards" data-testid="performances">
        {items.map((item) => <Card key={item.id} item={item} />)}
      </ul>
      {next && <button type="button" class="button button--quiet more" disabled={busy} data-testid="more"
        onClick={() => void showMore()}>{w.home.more}</button>}
    </>
  );
}

function Card({ item }: { item: Performance }) {
  const w = words();
  return (
    <li class="card" data-testid="performance-card">
      <a class="card__link" href={`/performances/${encodeURIComponent(item.id)}`}>
        <div class="card__poster"><Poster title={item.title} genre={item.genre} url={item.poster_url} /></div>
        <div class="card__body">
          <p class="card__status">
            <StatusBadge status={item.status} />
            {item.sale_starts_at && item.status === "upcoming" && <Countdown to={item.sale_starts_at} />}
          </p>
          <h2 class="card__title">{item.title}</h2>
          <p class="card__facts">{item.venue}</p>
          {item.from && <p class="card__facts">{dayRange(item.from, item.to)}</p>}
          {item.price_from && <p class="card__price">{w.home.from(money(item.price_from))}</p>}
        </div>
      </a>
    </li>
  );
}
