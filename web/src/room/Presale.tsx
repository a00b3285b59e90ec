/* Groups of a presale: when they buy, with which codes, in which line. A group stands among the terms of the sale; its line is the room's. */
import { useRef, useState } from "preact/hooks";
import { getLines, getTerms, putTerms } from "../api/room";
import type { PresaleGroup, SaleTerms } from "../api/shapes/booking";
import type { ScheduleDetail } from "../api/shapes/performance";
import type { GroupLine } from "../api/shapes/queue";
import { serverNow } from "../app/clock";
import { count, moment } from "../app/format";
import { useResource } from "../app/resource";
import { tell } from "../app/toasts";
import type { PartProps } from "../pages/RoomPage";
import { Await, Notice } from "../ui/states";
import { Codes } from "./Codes";
import { GroupForm } from "./GroupForm";
import { groupsOf, termsWith, withoutGroup } from "./presale";
import { Sure } from "./Sure";
import { roomWords } from "./words";

interface Found {
  terms: SaleTerms;
  lines: GroupLine[];
}

async function read(schedule: string, signal: AbortSignal): Promise<Found> {
  const [terms, lines] = await Promise.all([getTerms(schedule, signal), getLines(schedule, signal)]);
  return { terms, lines: lines.items };
}

export function PresalePart({ schedule }: PartProps) {
  const w = roomWords();
  const found = useResource((signal) => read(schedule.id, signal), [schedule.id]);
  const [adding, setAdding] = useState(false);
  const begun = Date.parse(schedule.sale_starts_at) <= serverNow();
  return (
    <>
      <p class="muted">{w.group.intro}</p>
      <Await of={found}>{({ terms, lines }) => {
        const groups = terms.presale?.groups ?? [];
        const past = lines.filter(({ name }) => !groups.some((group) => group.name === name));
        return (
          <>
            {terms.presale && <Summary terms={terms} />}
            {groups.length === 0 && !adding && <Notice title={w.group.none} text={begun ? w.group.begun : w.group.noneText} testid="empty" />}
            {groups.map((group) => (
              <Group key={group.name} schedule={schedule} group={group} terms={terms} line={lines.find(({ name }) => name === group.name)} onDone={found.reload} />
            ))}
            {past.map((line) => <PastLine key={line.name} line={line} />)}
            {adding && <GroupForm schedule={schedule} taken={groups.map(({ name }) => name)} onEnd={() => setAdding(false)} onDone={found.reload} />}
            {!adding && !begun && <div><button type="button" class="button" data-testid="add-group" onClick={() => setAdding(true)}>{w.group.add}</button></div>}
          </>
        );
      }}</Await>
    </>
  );
}

function Summary({ terms }: { terms: SaleTerms }) {
  const w = roomWords().group;
  const { starts_at, ends_at, max_per_user } = terms.presale!;
  const loose = terms.presale_codes - terms.presale_groups.reduce((sum, { codes }) => sum + codes, 0);
  return (
    <dl class="panel facts" data-testid="presale">
      <div><dt>{w.window}</dt><dd>{moment(starts_at)} – {moment(ends_at)}</dd></div>
      <div><dt>{w.total}</dt><dd data-testid="presale-codes">{count(terms.presale_codes)}</dd></div>
      <div><dt>{w.entered}</dt><dd data-testid="presale-entered">{w.people(count(terms.presale_entered))}</dd></div>
      {max_per_user && <div><dt>{w.each}</dt><dd>{w.seats(count(max_per_user))}</dd></div>}
      {loose > 0 && <div><dt>{w.loose}</dt><dd>{w.codes(count(loose), count(terms.presale_uses_per_code ?? 1))}</dd></div>}
    </dl>
  );
}

type Doing = "change" | "codes" | "remove" | null;

function Group({ schedule, group, terms, line, onDone }: {
  schedule: ScheduleDetail; group: PresaleGroup; terms: SaleTerms; line: GroupLine | undefined; onDone(): void;
}) {
  const w = roomWords().group;
  const [doing, setDoing] = useState<Doing>(null);
  const heading = useRef<HTMLHeadingElement>(null);
  const known = terms.presale_groups.find(({ name }) => name === group.name);
  const end = () => {
    setDoing(null);
    heading.current?.focus();
  };
  const remove = async () => {
    const now = await getTerms(schedule.id);
    await putTerms(schedule.id, termsWith(now, withoutGroup(groupsOf(now), group.name)));
    tell(w.removed);
    onDone();
  };
  return (
    <article class="panel staff__one" data-testid="group">
      <h2 ref={heading} tabIndex={-1}>{group.name}</h2>
      <dl class="facts">
        <div><dt>{w.when}</dt><dd>{moment(group.starts_at)} – {moment(group.ends_at)}</dd></div>
        <div><dt>{w.total}</dt><dd data-testid="group-codes">{w.codes(count(known?.codes ?? 0), count(known?.uses_per_code ?? 1))}</dd></div>
        <div><dt>{w.ownLine}</dt><dd data-testid="group-line">{line ? <Line line={line} /> : w.noLine}</dd></div>
      </dl>
      {doing === null && (
        <div class="cancel__actions">
          <button type="button" class="button button--quiet" aria-label={w.giveCodesNamed(group.name)} data-testid="give-codes" onClick={() => setDoing("codes")}>{w.giveCodes}</button>
          <button type="button" class="button button--quiet" aria-label={w.changeNamed(group.name)} data-testid="change-group" onClick={() => setDoing("change")}>{w.change}</button>
          <button type="button" class="button button--quiet" aria-label={w.removeNamed(group.name)} data-testid="remove-group" onClick={() => setDoing("remove")}>{w.remove}</button>
        </div>
      )}
      {doing === "change" && <GroupForm schedule={schedule} group={group} uses={known?.uses_per_code} line={line} onEnd={end} onDone={onDone} />}
      {doing === "codes" && <Codes schedule={schedule.id} group={group.name} onEnd={end} onDone={onDone} />}
      {doing === "remove" && <Sure sentence={w.sureRemove(group.name)} act={remove} onEnd={end} />}
    </article>
  );
}

function Line({ line }: { line: GroupLine }) {
  const w = roomWords().group;
  const facts = [w.line(count(line.admit_per_minute)), w.figures(count(line.joined), count(line.waiting)), line.opens_at && w.opens(moment(line.opens_at))];
  return <>{facts.filter(Boolean).join(" · ")}</>;
}

function PastLine({ line }: { line: GroupLine }) {
  const w = roomWords().group;
  return (
    <article class="panel staff__one" data-testid="past-line">
      <h2>{w.past(line.name)}</h2>
      <p>{w.figures(count(line.joined), count(line.waiting))}</p>
      {line.waiting > 0 && <p class="muted">{w.pastText}</p>}
    </article>
  );
}
