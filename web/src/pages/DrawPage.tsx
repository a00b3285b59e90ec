/* The check of a draw in one's own browser: the own place from receipt and proof, or everything from the published file. */
import { useEffect, useState } from "preact/hooks";
import { getDraw, getDrawPart, getProof } from "../api/calls";
import { asProblem, type Problem } from "../api/problem";
import type { DrawData } from "../api/shapes/queue";
import { count } from "../app/format";
import { useResource } from "../app/resource";
import type { Params } from "../app/router";
import { useTitle } from "../app/Shell";
import { checkFile, checkOwn, Wrong, type Checked } from "../draw/proof";
import { keptReceipt } from "../draw/receipts";
import { drawWords } from "../draw/words";
import { Await, ErrorState, Notice } from "../ui/states";

export default function DrawPage({ params }: { params: Params }) {
  const w = drawWords();
  const draw = useResource((signal) => getDraw(params.id, signal), [params.id]);
  useTitle(w.title);
  return (
    <Await of={draw}>
      {(found) => found.state === "drawn" ? <Check draw={found} /> : <Notice title={w.title} text={w.notYet} testid="draw-not-yet" />}
    </Await>
  );
}

type Outcome = { checked: Partial<Checked> & { count: number; signed: boolean } } | { wrong: Wrong } | { problem: Problem };

async function wholeFile(draw: DrawData): Promise<string> {
  let text = "";
  for (let part = 0; part < draw.parts; part++) text += await getDrawPart(draw.schedule_id, part);
  return text;
}

function Check({ draw }: { draw: DrawData }) {
  const w = drawWords();
  const kept = keptReceipt(draw.schedule_id);
  const [receipt, setReceipt] = useState(kept?.receipt ?? "");
  const [file, setFile] = useState<File | null>(null);
  const [part, setPart] = useState<number | null>(null);
  const [outcome, setOutcome] = useState<Outcome | null>(null);

  async function run(work: () => Promise<Partial<Checked> & { count: number; signed: boolean }>) {
    setOutcome(null);
    setPart(0);
    try {
      setOutcome({ checked: await work() });
    } catch (error) {
      setOutcome(error instanceof Wrong ? { wrong: error } : { problem: asProblem(error) });
    }
    setPart(null);
  }
  const own = () => run(async () => checkOwn(receipt, draw, await getProof(kept!.token)));
  const all = () => run(async () => checkFile(file ? await file.text() : await wholeFile(draw), receipt.trim() || undefined, setPart));
  useEffect(() => {
    if (kept) void own();
  }, []);

  return (
    <div class="wrap wrap--medium" data-testid="draw">
      <section class="panel form">
        <h1>{w.title}</h1>
        <p class="muted">{w.intro}</p>
        <div class="field">
          <label for="receipt">{w.receipt}</label>
          <textarea id="receipt" rows={4} value={receipt} spellcheck={false} aria-describedby="receipt-note"
            onInput={(event) => setReceipt(event.currentTarget.value)} />
          <p id="receipt-note" class="field__hint">{kept ? w.receiptHint : w.noReceipt}</p>
        </div>
        {kept && <button type="button" class="button" disabled={part !== null} data-testid="check-own" onClick={own}>{w.mine}: {w.check}</button>}
        <div class="field">
          <label for="draw-file">{w.choose}</label>
          <input id="draw-file" type="file" accept="text/plain" onChange={(event) => setFile(event.currentTarget.files?.[0] ?? null)} />
        </div>
        <button type="button" class="button button--quiet" disabled={part !== null} data-testid="check-all" onClick={all}>{w.file}: {w.check}</button>
        <div role="status">{part === null ? <Result of={outcome} /> : <p>{w.checking(part)}</p>}</div>
      </section>
    </div>
  );
}

function Result({ of }: { of: Outcome | null }) {
  const w = drawWords();
  if (!of) return null;
  if ("problem" in of) return <ErrorState problem={of.problem} />;
  if ("wrong" in of)
    return (
      <div class="form__problem" data-testid="draw-wrong">
        <p>{w.wrongTitle}</p>
        <p>{of.wrong.line > 0 && w.line(of.wrong.line)} {w.wrong[of.wrong.what]}</p>
      </div>
    );
  const { number, place, count: all, signed } = of.checked;
  return (
    <div data-testid="draw-right">
      {place !== undefined && <p><strong>{w.own(count(number ?? 0), count(place), count(all))}</strong></p>}
      {place === undefined && <p>{w.whole(count(all))}</p>}
      {!signed && <p class="muted">{w.unsigned}</p>}
    </div>
  );
}
