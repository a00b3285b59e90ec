/* What changes in a waiting room while people wait in it. Nothing happens at the first press: each says what it will do, and asks. */
import { useState } from "preact/hooks";
import { controlRoom } from "../api/room";
import type { QueueControl, QueueStatus } from "../api/shapes/queue";
import { count } from "../app/format";
import { tell } from "../app/toasts";
import { wholeWithin } from "../room/rules";
import { Sure } from "../room/Sure";
import { Text } from "../room/Text";
import { roomWords } from "../room/words";
import { cockpitWords } from "./cockpit-words";
import { Field } from "../ui/Field";

interface Wish {
  change: QueueControl;
  /* What it will do. */
  sentence: string;
}

interface Props {
  room: QueueStatus;
  onDone(): void;
}

export function Levers({ room, onDone }: Props) {
  const w = cockpitWords();
  return (
    <section class="panel form" aria-labelledby="levers" data-testid="levers">
      <h2 id="levers">{w.levers}</h2>
      <div class="cockpit__levers">
        <Switch room={room} onDone={onDone} name="pause" label={room.paused ? w.resume : w.pause}
          wish={{ change: { paused: !room.paused }, sentence: room.paused ? w.sureResume : w.surePause }} />
        <Switch room={room} onDone={onDone} name="drain" label={room.draining ? w.undrain : w.drain}
          wish={{ change: { draining: !room.draining }, sentence: room.draining ? w.sureUndrain : w.sureDrain }} />
        <NumberLever room={room} onDone={onDone} name="rate" label={w.rateLabel} value={room.rate.set} most={100_000}
          wish={(n) => ({ change: { admit_per_minute: n }, sentence: w.sureRate(count(n)) })} />
        <NumberLever room={room} onDone={onDone} name="limit" label={w.limitLabel} value={room.active_limit} most={1_000_000}
          wish={(n) => ({ change: { active_limit: n }, sentence: w.sureLimit(count(n)) })} />
      </div>
      <MessageLever room={room} onDone={onDone} />
    </section>
  );
}

function Ask({ wish, schedule, onEnd, onDone }: { wish: Wish; schedule: string; onEnd(): void; onDone(): void }) {
  return <Sure sentence={wish.sentence} onEnd={onEnd} act={async () => {
    await controlRoom(schedule, wish.change);
    tell(roomWords().done);
    onEnd();
    onDone();
  }} />;
}

function Switch({ room, onDone, name, label, wish }: Props & { name: string; label: string; wish: Wish }) {
  const [asked, setAsked] = useState<Wish | null>(null);
  if (asked) return <Ask wish={asked} schedule={room.schedule_id} onEnd={() => setAsked(null)} onDone={onDone} />;
  return <button type="button" class="button button--quiet" data-testid={name} onClick={() => setAsked(wish)}>{label}</button>;
}

function NumberLever({ room, onDone, name, label, value, most, wish }: Props & {
  name: string; label: string; value: number; most: number; wish(n: number): Wish;
}) {
  const w = cockpitWords();
  const [typed, setTyped] = useState<string | null>(null);
  const [wrong, setWrong] = useState(false);
  const [asked, setAsked] = useState<Wish | null>(null);
  if (asked)
    return <Ask wish={asked} schedule={room.schedule_id} onDone={onDone} onEnd={() => {
      setAsked(null);
      setTyped(null);
    }} />;
  return (
    <form class="cockpit__number" data-testid={`${name}-form`} onSubmit={(event) => {
      event.preventDefault();
      const n = wholeWithin(typed ?? String(value), [1, most]);
      setWrong(n === null);
      if (n !== null) setAsked(wish(n));
    }}>
      <Field label={label} name={name} value={typed ?? String(value)} onValue={setTyped} error={wrong ? w.number : undefined} />
      <button class="button button--quiet" data-testid={name} aria-label={`${label}: ${w.set}`}>{w.set}</button>
    </form>
  );
}

function MessageLever({ room, onDone }: Props) {
  const w = cockpitWords();
  const [ko, setKo] = useState<string | null>(null);
  const [en, setEn] = useState<string | null>(null);
  const [asked, setAsked] = useState<Wish | null>(null);
  return (
    <form class="form" data-testid="message-form" onSubmit={(event) => {
      event.preventDefault();
      setAsked({ change: { message: ko ?? room.message, message_en: en ?? room.message_en }, sentence: w.sureMessage(count(room.waiting)) });
    }}>
      <h3>{w.messageTitle}</h3>
      <p class="field__hint">{w.messageHint}</p>
      <Text label={w.message} lang="ko" name="message" max={200} value={ko ?? room.message} onValue={setKo} />
      <Text label={w.messageEn} lang="en" name="message-en" max={200} value={en ?? room.message_en} onValue={setEn} />
      {asked
        ? <Ask wish={asked} schedule={room.schedule_id} onDone={onDone} onEnd={() => {
            setAsked(null);
            setKo(null);
            setEn(null);
          }} />
        : <div><button class="button button--quiet" data-testid="message">{w.send}</button></div>}
    </form>
  );
}
