/* Performances as cards: in the results of a search, and on the shelves of the front page. */
import type { Performance } from "../api/shapes/performance";
import { dayRange, money } from "../app/format";
import { words } from "../app/i18n";
import { Countdown } from "./Countdown";
import { Poster } from "./Poster";
import { StatusBadge } from "./StatusBadge";

interface Shown extends Performance {
  rank?: number;
  reason?: { text: string };
}

interface Props {
  items: Shown[];
  /* A sale that a card counts down to has begun. */
  opened(): void;
  testid: string;
}

export function Cards({ items, opened, testid }: Props) {
  return (
    <ul class="cards" data-testid={testid}>
      {items.map((item) => <Card key={item.id} item={item} opened={opened} />)}
    </ul>
  );
}

function Card({ item, opened }: { item: Shown; opened(): void }) {
  const w = words();
  return (
    <li class="card" data-testid="performance-card">
      <a class="card__link" href={`/performances/${encodeURIComponent(item.id)}`}>
        <div class="card__poster">
          <Poster title={item.title} genre={item.genre} url={item.poster_url} />
          {item.rank && <span class="card__rank"><span class="visually-hidden">{w.home.rank}</span>{item.rank}</span>}
        </div>
        <div class="card__body">
          <p class="card__status">
            <StatusBadge status={item.status} />
            {item.sale_starts_at && item.status === "upcoming" && <Countdown to={item.sale_starts_at} onEnd={opened} />}
          </p>
          <h3 class="card__title">{item.title}</h3>
          {item.reason && <p class="card__reason" data-testid="reason">{item.reason.text}</p>}
          <p class="card__facts">{item.venue}</p>
          {item.from && <p class="card__facts">{dayRange(item.from, item.to)}</p>}
          {item.price_from && <p class="card__price">{w.home.from(money(item.price_from))}</p>}
        </div>
      </a>
    </li>
  );
}
