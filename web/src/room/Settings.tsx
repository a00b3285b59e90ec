/* The settings of a waiting room. Only what was changed here is changed there, in what the room has by then: somebody else may be at its levers. */
import { useState } from "preact/hooks";
import type { Problem } from "../api/problem";
import { getSettings, putSettings } from "../api/room";
import { deviceBindings, roomModes, roomWorks, type RoomRules, type RoomSettings } from "../api/shapes/queue";
import { useDraft } from "../app/draft";
import { count, moment } from "../app/format";
import { useResource } from "../app/resource";
import { tell } from "../app/toasts";
import type { PartProps } from "../pages/RoomPage";
import { Field, SelectField } from "../ui/Field";
import { FormProblem } from "../ui/Form";
import { Await } from "../ui/states";
import { EveryDate } from "./EveryDate";
import { fromLocal, toLocal, zone } from "./local-time";
import { changedRules, numbersWrong, rangeOf, ruleNames, rulesOf, type TypedRules } from "./rules";
import { Sure } from "./Sure";
import { Check, Part, Text } from "./Text";
import { Unsaved } from "./Unsaved";
import { roomWords } from "./words";

export function Settings({ schedule }: PartProps) {
  const settings = useResource((signal) => getSettings(schedule.id, signal), [schedule.id]);
  return (
    <Await of={settings}>{(found) => (
      <>
        <Form settings={found} saved={settings.set} />
        <EveryDate schedule={schedule} />
      </>
    )}</Await>
  );
}

/* Refusals that say what is wrong with one of the fields. */
const fieldOfCode: Record<string, keyof RoomRules> = { already_joined: "mode", sale_begun: "mode" };

function Form({ settings, saved }: { settings: RoomSettings; saved(settings: RoomSettings): void }) {
  const w = roomWords();
  const s = w.set;
  const { typed, change, drop } = useDraft<TypedRules>(`room.${settings.schedule_id}`);
  const [wrong, setWrong] = useState<(keyof RoomRules)[]>([]);
  const [problem, setProblem] = useState<Problem | null>(null);
  const [asked, setAsked] = useState<Partial<RoomRules> | null>(null);
  const [idle, setIdle] = useState(false);
  const form: TypedRules = { ...typedOf(settings), ...typed };

  const set = (part: Partial<TypedRules>) => {
    setIdle(false);
    change(part);
  };
  const error = (name: keyof RoomRules) => {
    const range = wrong.includes(name) ? rangeOf(name) : null;
    if (range) return w.wholeFrom(count(range[0]), count(range[1]));
    return problem?.field(name) ?? (problem && fieldOfCode[problem.code] === name ? problem.detail : undefined);
  };
  const review = (event: Event) => {
    event.preventDefault();
    setProblem(null);
    const numbers = numbersWrong(form);
    setWrong(numbers);
    if (numbers.length > 0) return focusWrong(event.currentTarget as HTMLElement);
    const changes = changedRules(settings, rules(form));
    setIdle(Object.keys(changes).length === 0);
    if (Object.keys(changes).length > 0) setAsked(changes);
  };
  const apply = async () => {
    const now = await getSettings(settings.schedule_id);
    const after = await putSettings(settings.schedule_id, { ...rulesOf(now), ...asked });
    setAsked(null);
    drop();
    saved(after);
    tell(s.saved);
  };
  const refused = (met: Problem) => {
    const known = met.fields.length > 0 || fieldOfCode[met.code] !== undefined;
    if (known) {
      setProblem(met);
      setAsked(null);
    }
    return known;
  };

  if (asked)
    return (
      <section class="panel" aria-label={s.review}>
        <Sure sentence={s.willChange} act={apply} refused={refused} onEnd={() => setAsked(null)}>
          <Changes before={settings} changes={asked} />
        </Sure>
      </section>
    );
  return (
    <form class="panel form" noValidate onSubmit={review} data-testid="settings-form">
      <p class="muted">{s.intro}</p>
      <FormProblem problem={problem && fieldOfCode[problem.code] ? null : problem} fields={ruleNames} />
      <Part title={s.how}>
        <SelectField label={s.mode} name="mode" value={form.mode} options={roomModes.map((one) => [one, s.modes[one]])}
          onValue={(value) => set({ mode: value as RoomRules["mode"] })} error={error("mode")} />
        <p class="field__hint">{s.modeHint}</p>
        <Field label={s.opens_at} name="opens_at" type="datetime-local" value={form.opens_at} hint={s.opensHint(zone())}
          onValue={(opens_at) => set({ opens_at })} error={error("opens_at")} />
        <Check label={s.paused} name="paused" value={form.paused} onValue={(paused) => set({ paused })} />
        <Check label={s.draining} name="draining" value={form.draining} onValue={(draining) => set({ draining })} />
      </Part>
      <Part title={s.pace}>
        <Field label={s.admit_per_minute} name="admit_per_minute" value={form.admit_per_minute} hint={s.admitHint}
          onValue={(admit_per_minute) => set({ admit_per_minute })} error={error("admit_per_minute")} />
        <Field label={s.active_limit} name="active_limit" value={form.active_limit} hint={s.limitHint}
          onValue={(active_limit) => set({ active_limit })} error={error("active_limit")} />
        <Field label={s.pass_seconds} name="pass_seconds" value={form.pass_seconds} hint={s.passHint}
          onValue={(pass_seconds) => set({ pass_seconds })} error={error("pass_seconds")} />
      </Part>
      <Part title={s.messages}>
        <Text label={s.message} lang="ko" name="message" max={200} value={form.message} onValue={(message) => set({ message })} error={error("message")} />
        <Text label={s.message_en} lang="en" name="message_en" max={200} value={form.message_en} hint={s.messageHint}
          onValue={(message_en) => set({ message_en })} error={error("message_en")} />
      </Part>
      <Part title={s.guard}>
        <SelectField label={s.work} name="work" value={form.work} options={roomWorks.map((one) => [one, s.works[one]])}
          onValue={(value) => set({ work: value as RoomRules["work"] })} error={error("work")} />
        <p class="field__hint">{s.workHint}</p>
        <SelectField label={s.device_binding} name="device_binding" value={form.device_binding} options={deviceBindings.map((one) => [one, s.bindings[one]])}
          onValue={(value) => set({ device_binding: value as RoomRules["device_binding"] })} error={error("device_binding")} />
        <p class="field__hint">{s.bindingHint}</p>
      </Part>
      {idle && <p role="status" data-testid="nothing">{s.nothing}</p>}
      <div class="cancel__actions">
        <button class="button" data-testid="review">{s.review}</button>
        <Unsaved typed={typed} drop={drop} />
      </div>
    </form>
  );
}

function focusWrong(form: HTMLElement): void {
  requestAnimationFrame(() => form.querySelector<HTMLElement>("[aria-invalid]")?.focus());
}

const typedOf = (settings: RoomSettings): TypedRules => ({
  ...rulesOf(settings), admit_per_minute: String(settings.admit_per_minute), active_limit: String(settings.active_limit),
  pass_seconds: String(settings.pass_seconds), opens_at: toLocal(settings.opens_at),
});

const rules = (form: TypedRules): RoomRules => ({
  ...form, admit_per_minute: Number(form.admit_per_minute), active_limit: Number(form.active_limit), pass_seconds: Number(form.pass_seconds),
  opens_at: fromLocal(form.opens_at),
});

function Changes({ before, changes }: { before: RoomSettings; changes: Partial<RoomRules> }) {
  const s = roomWords().set;
  const says = (name: keyof RoomRules, all: Partial<RoomRules>): string => {
    const value = all[name];
    if (name === "mode") return s.modes[all.mode!];
    if (name === "work") return s.works[all.work!];
    if (name === "device_binding") return s.bindings[all.device_binding!];
    if (name === "opens_at") return all.opens_at ? moment(all.opens_at) : s.none;
    if (typeof value === "boolean") return value ? s.on : s.notOn;
    return typeof value === "number" ? count(value) : value || s.none;
  };
  return (
    <>
      <dl class="facts" data-testid="changes">
        {ruleNames.filter((name) => name in changes).map((name) => (
          <div key={name}><dt>{s[name]}</dt><dd>{says(name, before)} → <strong>{says(name, changes)}</strong></dd></div>
        ))}
      </dl>
      {changes.mode === "off" && <p>{s.turnsOff}</p>}
    </>
  );
}
