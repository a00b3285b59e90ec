/* Where the stage is: what buyers see at the top, and what rows are counted from. */
import { Check } from "../room/Text";
import type { Rect } from "../api/shapes/performance";
import { setStage } from "./edit";
import type { Editor } from "./editor";
import { Num } from "./Num";
import { emptyPlan } from "./plan";
import { editorWords } from "./words";

const sides = ["x", "y", "width", "height"] as const;

export function StagePanel({ editor }: { editor: Editor }) {
  const w = editorWords();
  const { value: plan } = editor.plan;
  const change = (stage: Rect | null, kind = "") => editor.apply(setStage(plan, stage), undefined, kind);
  const { stage } = plan;
  return (
    <section class="editor__part" aria-labelledby="stage">
      <h2 id="stage">{w.stage}</h2>
      <Check label={w.hasStage} name="has-stage" value={stage !== null} onValue={(has) => change(has ? emptyPlan().stage : null)} />
      {stage && (
        <div class="editor__fields">
          {sides.map((side) => (
            <Num key={side} label={w.stageSide[side]} name={`stage-${side}`} value={stage[side]} low={side === "x" || side === "y" ? -10_000 : 0} high={10_000}
              onValue={(value) => change({ ...stage, [side]: value }, `stage ${side}`)} />
          ))}
        </div>
      )}
    </section>
  );
}
