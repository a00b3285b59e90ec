/* A presale code: whoever has one stands in the line of its group. */
import { useState } from "preact/hooks";
import type { ScheduleDetail } from "../api/shapes/performance";
import { moment } from "../app/format";
import { Field } from "../ui/Field";
import { FormProblem, useSending } from "../ui/Form";
import { enter } from "./enter";
import { workWords } from "./words";

const name = (schedule: string) => `takenseat.presale.${schedule}`;

/* Has this browser come in with a code? */
const cameWithCode = (schedule: string): boolean => sessionStorage.getItem(name(schedule)) !== null;

export function CodeEntry({ schedule, entered }: { schedule: ScheduleDetail; entered(): void }) {
  const w = workWords();
  const [code, setCode] = useState("");
  const form = useSending(async () => {
    await enter(schedule.id, undefined, code.trim());
    sessionStorage.setItem(name(schedule.id), "1");
    entered();
  });
  const presale = schedule.terms?.presale;
  if (!presale || schedule.queue_mode === "off" || cameWithCode(schedule.id)) return null;
  return (
    <details class="queue__code" data-testid="have-code">
      <summary>{w.haveCode}</summary>
      {presale.groups.length > 0 &&
        <ul aria-label={w.groups}>{presale.groups.map((group) => <li key={group.name}>{w.from(group.name, moment(group.starts_at))}</li>)}</ul>}
      <form onSubmit={form.send}>
        <Field label={w.code} name="code" value={code} onValue={setCode} hint={w.codeHint} autocomplete="off" required minLength={1} />
        <FormProblem problem={form.problem} />
        <button type="submit" class="button" disabled={form.busy} data-testid="use-code">{w.useCode}</button>
      </form>
    </details>
  );
}
