/* One person's place: found by account or pass, and ended with a reason. */
import { useEffect, useState } from "preact/hooks";
import { findUsers } from "../api/money";
import { asProblem } from "../api/problem";
import { findBookings, lookUp, revokePass } from "../api/room";
import type { PlaceLookup } from "../api/shapes/queue";
import { useDraft } from "../app/draft";
import { count, moment } from "../app/format";
import { words } from "../app/i18n";
import { inCharge, mayEnter } from "../app/roles";
import { place as here } from "../app/router";
import { tell } from "../app/toasts";
import type { PartProps } from "../pages/RoomPage";
import { Field } from "../ui/Field";
import { FormProblem, useSending } from "../ui/Form";
import { Notice } from "../ui/states";
import { Who } from "./Appeals";
import { whoseOf, type Whose } from "./lookup";
import { Sure } from "./Sure";
import { Text } from "./Text";
import { roomWords } from "./words";

interface Person {
  id: string;
  text: string;
}

/* Managers know all accounts; a producer those who have booked here. */
async function search(schedule: string, q: string): Promise<Person[]> {
  if (mayEnter({ roles: inCharge })) return (await findUsers(q)).items.map(({ id, name, email }) => ({ id, text: `${name} (${email})` }));
  const found = new Map<string, Person>();
  for (const { user_id, buyer_name, code } of (await findBookings(schedule, q)).items)
    if (user_id && !found.has(user_id)) found.set(user_id, { id: user_id, text: [buyer_name, code].filter(Boolean).join(" · ") });
  return [...found.values()];
}

type Found = { what: "people"; people: Person[] } | { what: "place"; place: PlaceLookup } | { what: "none" };

export function Passes({ schedule }: PartProps) {
  const w = roomWords().pass;
  const [text, setText] = useState(() => new URLSearchParams(here.value.query).get("user") ?? "");
  const [found, setFound] = useState<Found | null>(null);

  const look = async (whose: Whose) => {
    try {
      setFound({ what: "place", place: await lookUp(schedule.id, whose) });
    } catch (error) {
      if (asProblem(error).status !== 404) throw error;
      setFound({ what: "none" });
    }
  };
  const find = useSending(async () => {
    setFound(null);
    const whose = whoseOf(text);
    if (whose) return look(whose);
    const people = await search(schedule.id, text.trim());
    if (people.length === 1) return look({ user_id: people[0].id });
    setFound({ what: "people", people });
  });
  useEffect(() => {
    if (text) find.send();
  }, []);

  return (
    <>
      <p class="muted">{w.intro}</p>
      <form class="panel form" onSubmit={find.send} data-testid="find-form">
        <FormProblem problem={find.problem} fields={["q"]} />
        <Field label={w.find} name="find" required autocomplete="off" value={text} hint={mayEnter({ roles: inCharge }) ? w.findHint : w.findHintOwn}
          onValue={setText} error={find.problem?.field("q")} />
        <div><button class="button" disabled={find.busy} data-testid="find">{w.search}</button></div>
      </form>
      <div role="status">
        {found?.what === "none" && <Notice title={w.noPlace} text={w.noPlaceText} testid="no-place" />}
        {found?.what === "people" && found.people.length === 0 && <Notice title={w.nobody} text={w.nobodyText} testid="empty" />}
      </div>
      {found?.what === "people" && found.people.length > 0 && <People people={found.people} look={look} />}
      {found?.what === "place" && <Place key={found.place.user_id} schedule={schedule.id} place={found.place} look={look} />}
    </>
  );
}

function People({ people, look }: { people: Person[]; look(whose: Whose): Promise<void> }) {
  const w = roomWords().pass;
  return (
    <section class="panel" aria-labelledby="people">
      <h2 id="people">{w.found}</h2>
      <ul class="account__devices" data-testid="people">{people.map((one) => <OnePerson key={one.id} one={one} look={look} />)}</ul>
    </section>
  );
}

function OnePerson({ one, look }: { one: Person; look(whose: Whose): Promise<void> }) {
  const w = roomWords().pass;
  const { busy, problem, send } = useSending(() => look({ user_id: one.id }));
  return (
    <li>
      <div>{one.text}<FormProblem problem={problem} /></div>
      <button type="button" class="button button--quiet button--small" disabled={busy} aria-label={w.lookNamed(one.text)} data-testid="look" onClick={send}>{w.look}</button>
    </li>
  );
}

function Place({ schedule, place, look }: { schedule: string; place: PlaceLookup; look(whose: Whose): Promise<void> }) {
  const w = roomWords().pass;
  const again = useSending(() => look({ user_id: place.user_id }));
  const revoked = place.revoked_reason;
  return (
    <article class="panel staff__one" aria-labelledby="place" data-testid="place" data-state={place.state}>
      <h2 id="place">{w.place}</h2>
      <dl class="facts">
        <div><dt>{w.account}</dt><dd><Who user={place.user_id} /></dd></div>
        <div><dt>{w.line}</dt><dd>{place.group || w.general}</dd></div>
        <div><dt>{w.state}</dt><dd data-testid="place-state">{revoked ? w.revoked : w.states[place.state]}</dd></div>
        {place.state === "waiting" && <div><dt>{w.position}</dt><dd>{place.position === null ? w.beforeDraw : count(place.position)}</dd></div>}
        {place.pass_expires_at && <div><dt>{w.until}</dt><dd>{moment(place.pass_expires_at)}</dd></div>}
        {revoked && <div><dt>{w.reason}</dt><dd data-testid="place-reason">{revoked}</dd></div>}
      </dl>
      {place.back_by && <p>{w.away(moment(place.back_by))}</p>}
      <FormProblem problem={again.problem} />
      <button type="button" class="button button--quiet" disabled={again.busy} data-testid="look-again" onClick={again.send}>{w.again}</button>
      {revoked
        ? <Seen reason={revoked} />
        : <Revoke schedule={schedule} user={place.user_id} onDone={again.send} />}
    </article>
  );
}

function Revoke({ schedule, user, onDone }: { schedule: string; user: string; onDone(): void }) {
  const w = roomWords().pass;
  const { typed, change, drop } = useDraft<{ reason: string }>(`revoke.${schedule}.${user}`);
  const [asked, setAsked] = useState(false);
  const [wrong, setWrong] = useState<string | undefined>();
  const reason = (typed.reason ?? "").trim();
  const act = async () => {
    await revokePass(schedule, user, reason);
    drop();
    tell(w.done);
    onDone();
  };
  return (
    <form class="form" noValidate data-testid="revoke-form" onSubmit={(event) => {
      event.preventDefault();
      setWrong(reason ? undefined : roomWords().group.needed);
      setAsked(reason !== "");
    }}>
      <h3>{w.revoke}</h3>
      <p class="muted">{w.revokeHint}</p>
      {asked ? (
        <>
          <Seen reason={reason} />
          <Sure sentence={w.sure} act={act} onEnd={() => setAsked(false)} refused={(met) => {
            setWrong(met.field("reason"));
            setAsked(met.field("reason") === undefined);
            return met.field("reason") !== undefined;
          }} />
        </>
      ) : (
        <>
          <Text label={w.why} name="reason" max={200} value={typed.reason ?? ""} hint={w.whyHint} error={wrong} onValue={(text) => change({ reason: text })} />
          <div><button class="button" data-testid="revoke">{w.next}</button></div>
        </>
      )}
    </form>
  );
}

/* As the waiting page says it. */
function Seen({ reason }: { reason: string }) {
  const w = words().queue;
  return (
    <figure class="remark" data-testid="seen">
      <figcaption class="muted small">{roomWords().pass.sees}</figcaption>
      <p><strong>{w.over}</strong> {w.revoked(reason)}</p>
    </figure>
  );
}
