/* Codes for a group: made here or pasted, kept by whoever gives them, and then given. */
import { useState } from "preact/hooks";
import type { Problem } from "../api/problem";
import { getTerms, putTerms } from "../api/room";
import { useDraft } from "../app/draft";
import { count } from "../app/format";
import { save } from "../app/save";
import { tell } from "../app/toasts";
import { Field } from "../ui/Field";
import { codesFault, codesFile, codesMost, groupsOf, makeCodes, splitCodes, termsWith, withGroup, type CodeFault } from "./presale";
import { wholeWithin } from "./rules";
import { Sure } from "./Sure";
import { Text } from "./Text";
import { roomWords } from "./words";

interface Props {
  schedule: string;
  group: string;
  onEnd(): void;
  onDone(): void;
}

export function Codes({ schedule, group, onEnd, onDone }: Props) {
  const w = roomWords();
  const g = w.group;
  const { typed, change, drop } = useDraft<{ list: string; many: string }>(`codes.${schedule}.${group}`);
  const [wrong, setWrong] = useState<{ list?: string; many?: string }>({});
  const [asked, setAsked] = useState<string[] | null>(null);
  const [given, setGiven] = useState<string[] | null>(null);
  const list = typed.list ?? "";
  const many = typed.many ?? "100";

  const give = async (codes: string[]) => {
    const now = await getTerms(schedule);
    const groups = groupsOf(now);
    const mine = groups.find(({ name }) => name === group);
    if (mine) await putTerms(schedule, termsWith(now, withGroup(groups, { ...mine, codes })));
    drop();
    setAsked(null);
    if (mine) setGiven(codes);
    else onEnd();
    onDone();
  };
  /* The server knows which codes others have. */
  const refused = (met: Problem) => {
    const fault = met.fields.map(({ field, message }) => ({ at: /\.codes\[(\d+)\]$/.exec(field)?.[1], message })).find(({ at }) => at !== undefined);
    if (!fault) return false;
    setWrong({ list: g.fault.others(count(Number(fault.at) + 1), fault.message) });
    setAsked(null);
    return true;
  };

  if (given)
    return (
      <div class="form" data-testid="codes-given">
        <p role="status">{g.putDone(count(given.length))}</p>
        <Text label={g.list} name="codes" rows={8} value={given.join("\n")} onValue={() => undefined} fixed />
        <div class="cancel__actions">
          <Keep codes={given} group={group} />
          <button type="button" class="button" data-testid="codes-finish" onClick={onEnd}>{g.finish}</button>
        </div>
      </div>
    );
  if (asked) return <Sure sentence={g.surePut(count(asked.length))} act={() => give(asked)} refused={refused} onEnd={() => setAsked(null)} />;

  const codes = splitCodes(list);
  return (
    <div class="form" role="group" aria-label={g.codesTitle(group)} data-testid="codes">
      <p class="muted">{g.codesIntro}</p>
      <form class="cockpit__number" noValidate data-testid="make-form" onSubmit={(event) => {
        event.preventDefault();
        const n = wholeWithin(many, [1, codesMost]);
        setWrong(n === null ? { many: w.wholeFrom("1", count(codesMost)) } : {});
        if (n !== null) change({ list: makeCodes(n).join("\n") });
      }}>
        <Field label={g.make} name="many" focus value={many} onValue={(text) => change({ many: text })} error={wrong.many} />
        <button class="button button--quiet" data-testid="make-codes">{g.makeNow}</button>
      </form>
      <form class="form" noValidate data-testid="codes-form" onSubmit={(event) => {
        event.preventDefault();
        const fault = codesFault(codes);
        setWrong(fault ? { list: faultText(fault) } : {});
        if (!fault) setAsked(codes);
      }}>
        <Text label={g.list} name="codes" rows={8} value={list} hint={g.listHint} error={wrong.list} onValue={(text) => change({ list: text })} />
        <p class="muted" role="status" data-testid="codes-count">{g.listed(count(codes.length))}</p>
        <div class="cancel__actions">
          {codes.length > 0 && <Keep codes={codes} group={group} />}
          <button class="button" data-testid="put-codes">{g.put}</button>
          <button type="button" class="button button--quiet" data-testid="codes-never" onClick={() => {
            drop();
            onEnd();
          }}>{w.cancel}</button>
        </div>
      </form>
    </div>
  );
}

function faultText(fault: CodeFault): string {
  const w = roomWords().group.fault;
  return "code" in fault ? w[fault.what](count(fault.at), fault.code) : w[fault.what];
}

/* Taken along before the server forgets them. */
function Keep({ codes, group }: { codes: string[]; group: string }) {
  const w = roomWords().group;
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(codes.join("\n"));
      tell(w.copied);
    } catch {
      tell(w.notCopied, "warn");             /* without https there is no clipboard */
    }
  };
  return (
    <>
      <button type="button" class="button button--quiet" data-testid="copy-codes" onClick={() => void copy()}>{w.copy}</button>
      <button type="button" class="button button--quiet" data-testid="save-codes" onClick={() => void save(`codes-${group}.csv`, Promise.resolve(codesFile(codes)))}>{w.csv}</button>
    </>
  );
}
