/* What changes in a waiting room while people wait in it. Nothing happens at the first press: each says what it will do, and asks. */
import { useEffect, useId, useRef, useState } from "preact/hooks";
import { controlRoom } from "../api/room";
import type { QueueControl, QueueStatus } from "../api/shapes";
import { count } from "../app/format";
import { tell } from "../app/toasts";
import { wholeNumber } from "./cockpit-watch";
import { cockpitWords } from "./cockpit-words";
import { Field } from "../ui/Field";
import { FormProblem, useSending } from "../ui/Form";

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

function Sure({ wish, schedule, onEnd, onDone }: { wish: Wish; schedule: string; onEnd(): void; onDone(): void }) {
  const w = cockpitWords();
  const yes = useRef<HTMLButtonElement>(null);
  useEffect(() => yes.current?.focus(), []);
  const { busy, problem, send } = useSending(async () => {
    await controlRoom(schedule, wish.change);
    tell(w.done);
    onEnd();
    onDone();
  });
  return (
    <div class="remark cockpit__sure" role="group" aria-label={wish.sentence} data-testid="sure">
      <p>{wish.sentence}</p>
      <FormProblem problem={problem} />
      <div class="cancel__actions">
        <button ref={yes} type="button" class="button button--small" disabled={busy} data-testid="yes" onClick={send}>{w.yes}</button>
        <button type="button" class="button button--quiet button--small" disabled={busy} data-testid="no" onClick={onEnd}>{w.no}</button>
      </div>
    </div>
  );
}

function Switch({ room, onDone, name, label, wish }: Props & { name: string; label: string; wish: Wish }) {
  const [asked, setAsked] = useState<Wish | null>(null);
  if (asked) return <Sure wish={asked} schedule={room.schedule_id} onEnd={() => setAsked(null)} onDone={onDone} />;
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
    return <Sure wish={asked} schedule={room.schedule_id} onDone={onDone} onEnd={() => {
      setAsked(null);
      setTyped(null);
    }} />;
  return (
    <form class="cockpit__number" data-testid={`${name}-form`} onSubmit={(event) => {
      event.preventDefault();
      const n = wholeNumber(typed ?? String(value), most);
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
      <Text label={w.message} lang="ko" name="message" value={ko ?? room.message} onValue={setKo} />
      <Text label={w.messageEn} lang="en" name="message-en" value={en ?? room.message_en} onValue={setEn} />
      {asked
        ? <Sure wish={asked} schedule={room.schedule_id} onDone={onDone} onEnd={() => {
            setAsked(null);
            setKo(null);
            setEn(null);
          }} />
        : <div><button class="button button--quiet" data-testid="message">{w.send}</button></div>}
    </form>
  );
}

function Text({ label, lang, name, value, onValue }: { label: string; lang: string; name: string; value: string; onValue(value: string): void }) {
  const id = useId();
  return (
    <div class="field">
      <label for={id}>{label}</label>
      <textarea id={id} class="cockpit__text" lang={lang} rows={2} maxLength={200} value={value} data-testid={`field-${name}`}
        onInput={(event) => onValue(event.currentTarget.value)} />
    </div>
  );
}
