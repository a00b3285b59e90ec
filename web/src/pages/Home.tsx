/* What is on: shelves, or what is searched for. The search lives in the address. */
import { useEffect, useRef, useState } from "preact/hooks";
import { findPerformances } from "../api/catalogue";
import { genres } from "../api/shapes/performance";
import { filterCall, filterPath, readFilter, type Filter } from "../app/filter";
import { words } from "../app/i18n";
import { useList } from "../app/list";
import { navigate, place } from "../app/router";
import { useTitle } from "../app/Shell";
import { Cards } from "../ui/Cards";
import { More } from "../ui/More";
import { Await, Notice } from "../ui/states";
import { Filters } from "./Filters";
import { Shelves } from "./Shelves";

const show = (filter: Filter) => navigate(filterPath(filter), { replace: true, keepScroll: true });

export default function Home() {
  const w = words();
  useTitle("");
  const filter = readFilter(place.value.query);
  const path = filterPath(filter);

  return (
    <div class="wrap">
      <div class="home__head">
        <h1 class="home__title">{w.home.title}</h1>
        <SearchBox q={filter.q} onSearch={(q) => show({ ...readFilter(place.peek().query), q })} />
      </div>
      <div class="chips" role="group" aria-label={w.home.genres}>
        {["", ...genres].map((name) => (
          <button key={name} type="button" class="chip" aria-pressed={filter.genre === name} data-testid={`genre-${name || "all"}`}
            onClick={() => show({ ...filter, genre: name })}>{name ? w.genre[name as keyof typeof w.genre] : w.home.all}</button>
        ))}
      </div>
      <Filters key={filterPath({ ...filter, q: "", genre: "" })} filter={filter} show={show} />
      {path === "/" ? <Shelves /> : <Results key={path} filter={filter} />}
    </div>
  );
}

/* What is being typed goes into the address after a pause; what the address says otherwise goes into the box. */
function SearchBox({ q, onSearch }: { q: string; onSearch(text: string): void }) {
  const w = words();
  const [text, setText] = useState(q);
  const box = useRef<HTMLInputElement>(null);
  useEffect(() => {
    if (document.activeElement !== box.current) setText(q);
  }, [q]);
  useEffect(() => {
    if (text.trim() === q) return;
    const timer = setTimeout(() => onSearch(text.trim()), 300);
    return () => clearTimeout(timer);
  }, [text]);
  return (
    <form class="search" role="search" onSubmit={(event) => { event.preventDefault(); onSearch(text.trim()); }}>
      <input ref={box} type="search" value={text} maxLength={100} placeholder={w.home.search} aria-label={w.home.search} data-testid="search"
        onInput={(event) => setText(event.currentTarget.value)} />
    </form>
  );
}

function Results({ filter }: { filter: Filter }) {
  const w = words().home;
  const found = useList((cursor, signal) => findPerformances(filterCall(filter), cursor, 24, signal), []);
  return (
    <section class="shelf" aria-labelledby="results">
      <div class="shelf__head">
        <h2 id="results">{w.results}</h2>
        <a href="/" data-testid="clear">{w.clear}</a>
      </div>
      <Await of={found.first}>
        {() => found.items.length === 0 ? (
          <Notice title={w.none} text={w.noneText} testid="empty"><a class="button" href="/">{w.showAll}</a></Notice>
        ) : (
          <>
            <Cards items={found.items} opened={found.first.reload} testid="performances" />
            <More of={found} />
          </>
        )}
      </Await>
    </section>
  );
}
