/* Who was refused a place may say why that was wrong, and sees what became of it. */
import { useState } from "preact/hooks";
import { getAppeal, makeAppeal } from "../api/calls";
import type { Problem } from "../api/problem";
import { useResource } from "../app/resource";
import { FormProblem, useSending } from "../ui/Form";
import { workWords } from "./words";

const appealable = ["join_limit", "address_limit", "code_unknown", "code_used", "work_required", "work_wrong", "work_expired"];

export function Appeal({ schedule, problem }: { schedule: string; problem: Problem }) {
  return appealable.includes(problem.code) ? <Panel schedule={schedule} refused={problem.code} /> : null;
}

function Panel({ schedule, refused }: { schedule: string; refused: string }) {
  const w = workWords();
  const appeal = useResource((signal) => getAppeal(schedule, signal), [schedule]);
  const [text, setText] = useState("");
  const form = useSending(async () => {
    await makeAppeal(schedule, refused, text);
    appeal.reload();
  });
  if (appeal.data)
    return (
      <section class="notice" role="status" data-testid={`appeal-${appeal.data.state}`}>
        <p>{w.state[appeal.data.state]}</p>
        {appeal.data.answer && <p>{appeal.data.answer}</p>}
      </section>
    );
  if (appeal.problem?.status !== 404) return null;
  return (
    <form class="notice" onSubmit={form.send} data-testid="appeal">
      <h2>{w.appeal}</h2>
      <p>{w.appealHint}</p>
      <div class="field">
        <label for="appeal-text">{w.why}</label>
        <textarea id="appeal-text" rows={4} maxLength={1000} required value={text} data-testid="field-appeal"
          onInput={(event) => setText(event.currentTarget.value)} />
      </div>
      <FormProblem problem={form.problem} />
      <button type="submit" class="button" disabled={form.busy} data-testid="send-appeal">{w.send}</button>
    </form>
  );
}
