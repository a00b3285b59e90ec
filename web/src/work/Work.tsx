/* What is shown of work that a device does before it joins: how far it is, and that this is nothing to worry about. */
import { useEffect, useState } from "preact/hooks";
import { Loading } from "../ui/states";
import { prepare, working } from "./enter";
import { workWords } from "./words";

function Progress() {
  const w = workWords();
  const at = working.value;
  if (!at) return null;
  return (
    <div class="queue__work" role="status" data-testid="working">
      <p>{w.working}</p>
      <progress max={at.parts} value={at.part} aria-label={w.working} />
      <p class="queue__hint">{w.workingHint}</p>
    </div>
  );
}

/* In place of a place. */
export function Joining() {
  return working.value ? <div class="queue"><div class="wrap wrap--narrow"><Progress /></div></div> : <Loading />;
}

/* While the countdown runs: what joining will ask is done by then. */
export function Prepare({ schedule }: { schedule: string }) {
  const [ready, setReady] = useState(false);
  useEffect(() => {
    let here = true;
    prepare(schedule).then((work) => here && setReady(work !== null), () => undefined);
    return () => {
      here = false;
    };
  }, [schedule]);
  return ready ? <p class="queue__hint" role="status" data-testid="work-ready">{workWords().ready}</p> : <Progress />;
}
