/* A group of a presale: made, or changed. Its codes are another matter. */
import { useRef, useState } from "preact/hooks";
import { getTerms, putLine, putTerms } from "../api/room";
import type { PresaleGroup } from "../api/shapes/booking";
import type { ScheduleDetail } from "../api/shapes/performance";
import type { GroupLine } from "../api/shapes/queue";
import { useDraft } from "../app/draft";
import { count, moment } from "../app/format";
import { tell } from "../app/toasts";
import { Field } from "../ui/Field";
import { FormProblem, useSending } from "../ui/Form";
import { fromLocal, toLocal, zone } from "./local-time";
import { groupsOf, termsWith, withGroup } from "./presale";
import { wholeWithin } from "./rules";
import { Check } from "./Text";
import { roomWords } from "./words";

interface Typed {
  name: string;
  starts_at: string;
  ends_at: string;
  uses_per_code: string;
  own: boolean;
  rate: string;
  opens_at: string;
}

interface Props {
  schedule: ScheduleDetail;
  /* What it is now; none: it is to be made, under another name than these. */
  group?: PresaleGroup;
  uses?: number;
  line?: GroupLine;
  taken?: string[];
  onEnd(): void;
  onDone(): void;
}

const uses_range = [1, 1_000_000] as const;
const rate_range = [1, 100_000] as const;

export function GroupForm({ schedule, group, uses, line, taken = [], onEnd, onDone }: Props) {
  const w = roomWords();
  const g = w.group;
  const { typed, change, drop } = useDraft<Typed>(`presale.${schedule.id}.${group?.name ?? ""}`);
  const form: Typed = {
    name: group?.name ?? "", starts_at: toLocal(group?.starts_at ?? null), ends_at: toLocal(group?.ends_at ?? null), uses_per_code: String(uses ?? 1),
    own: line !== undefined, rate: String(line?.admit_per_minute ?? 600), opens_at: toLocal(line?.opens_at ?? null), ...typed,
  };
  const [wrong, setWrong] = useState<Partial<Record<keyof Typed, string>>>({});
  const at = useRef({ index: 0, made: false });

  const endFault = () => {
    const ends = Date.parse(fromLocal(form.ends_at) ?? "");
    if (ends <= Date.parse(fromLocal(form.starts_at) ?? "")) return g.endsAfter;
    return ends > Date.parse(schedule.sale_starts_at) ? g.endsBefore(moment(schedule.sale_starts_at)) : undefined;
  };
  const check = () => {
    const found: typeof wrong = {};
    if (!form.name.trim()) found.name = g.needed;
    if (!at.current.made && taken.includes(form.name.trim())) found.name = g.taken;
    if (!group && form.name.includes("/")) found.name = g.slash;        /* it is part of addresses */
    for (const name of ["starts_at", "ends_at"] as const) if (!fromLocal(form[name])) found[name] = g.needed;
    if (!found.starts_at && !found.ends_at) found.ends_at = endFault();
    if (found.ends_at === undefined) delete found.ends_at;
    if (wholeWithin(form.uses_per_code, uses_range) === null) found.uses_per_code = w.wholeFrom("1", count(uses_range[1]));
    if (form.own && wholeWithin(form.rate, rate_range) === null) found.rate = w.wholeFrom("1", count(rate_range[1]));
    setWrong(found);
    return Object.keys(found).length === 0;
  };
  const { busy, problem, send } = useSending(async () => {
    const name = form.name.trim();
    const now = await getTerms(schedule.id);
    const groups = withGroup(groupsOf(now), {
      name, starts_at: timeOf(form.starts_at, group?.starts_at), ends_at: timeOf(form.ends_at, group?.ends_at), uses_per_code: Number(form.uses_per_code),
    });
    at.current.index = groups.findIndex((one) => one.name === name);
    await putTerms(schedule.id, termsWith(now, groups));
    at.current.made = true;                  /* so that only the line is left to be asked for again */
    if (form.own) await putLine(schedule.id, name, { admit_per_minute: Number(form.rate), opens_at: fromLocal(form.opens_at) });
    drop();
    tell(g.saved);
    onEnd();
    onDone();
  });

  /* The server's names for the fields. */
  const there: Partial<Record<keyof Typed, string[]>> = {
    name: [`presale.groups[${at.current.index}].name`, "group"],
    starts_at: [`presale.groups[${at.current.index}].starts_at`, "presale.starts_at"],
    ends_at: [`presale.groups[${at.current.index}].ends_at`, "presale.ends_at"],
    uses_per_code: [`presale.groups[${at.current.index}].uses_per_code`],
    rate: ["admit_per_minute"],
    opens_at: ["opens_at"],
  };
  const error = (name: keyof Typed) => wrong[name] ?? there[name]?.map((field) => problem?.field(field)).find((text) => text !== undefined);

  return (
    <form class={group ? "form" : "panel form"} noValidate data-testid="group-form" onSubmit={(event) => {
      event.preventDefault();
      if (check()) send();
    }}>
      <FormProblem problem={problem} fields={Object.values(there).flat()} />
      {!group && <Field label={g.name} name="group-name" focus value={form.name} hint={g.nameHint} onValue={(name) => change({ name })} error={error("name")} />}
      <Field label={g.starts_at} name="group-starts_at" type="datetime-local" focus={group !== undefined} value={form.starts_at}
        onValue={(starts_at) => change({ starts_at })} error={error("starts_at")} />
      <Field label={g.ends_at} name="group-ends_at" type="datetime-local" value={form.ends_at} hint={g.endsHint(moment(schedule.sale_starts_at), zone())}
        onValue={(ends_at) => change({ ends_at })} error={error("ends_at")} />
      <Field label={g.uses_per_code} name="group-uses" value={form.uses_per_code} onValue={(uses_per_code) => change({ uses_per_code })} error={error("uses_per_code")} />
      {!line && (
        <>
          <Check label={g.useLine} name="group-own" value={form.own} onValue={(own) => change({ own })} />
          <p class="field__hint">{g.useLineHint}</p>
        </>
      )}
      {form.own && (
        <>
          <Field label={g.rate} name="group-rate" value={form.rate} onValue={(rate) => change({ rate })} error={error("rate")} />
          <Field label={g.opens_at} name="group-opens_at" type="datetime-local" value={form.opens_at} hint={g.opensHint}
            onValue={(opens_at) => change({ opens_at })} error={error("opens_at")} />
        </>
      )}
      <div class="cancel__actions">
        <button class="button" disabled={busy} data-testid="save-group">{w.save}</button>
        <button type="button" class="button button--quiet" disabled={busy} data-testid="never-group" onClick={() => {
          drop();
          onEnd();
        }}>{w.cancel}</button>
      </div>
    </form>
  );
}

/* A time that was not touched stays to the second. */
function timeOf(typed: string, before: string | undefined): string {
  return before !== undefined && toLocal(before) === typed ? before : (fromLocal(typed) ?? "");
}
