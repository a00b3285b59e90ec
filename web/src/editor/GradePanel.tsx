/* The grades of the plan, and the one the brush paints with. */
import { GradeMark } from "../ui/GradeMark";
import { addGrade, changeGrade, removeGrade } from "./edit";
import type { Editor } from "./editor";
import { limits, nextGrade } from "./plan";
import { editorWords } from "./words";

export function GradePanel({ editor }: { editor: Editor }) {
  const w = editorWords();
  const { value: plan } = editor.plan;
  return (
    <section class="editor__part" aria-labelledby="grades">
      <h2 id="grades">{w.grades}</h2>
      <ul class="editor__list" data-testid="grades">
        {plan.grades.map(({ name, color }, i) => (
          <li key={i} class="editor__grade" data-testid="grade">
            <button type="button" class="editor__tool" aria-pressed={editor.pen.value.grade === i} aria-label={w.brushNamed(name)} data-testid="use-grade"
              onClick={() => editor.draw({ grade: i })}><GradeMark index={i} color={color} /></button>
            <input class="editor__name" aria-label={w.gradeNamed(String(i + 1))} value={name} maxLength={limits.text} data-testid="grade-name"
              onInput={(event) => editor.apply(changeGrade(plan, i, { name: event.currentTarget.value }), undefined, `name ${i}`)} />
            <input class="editor__color" type="color" aria-label={w.colorNamed(name)} value={color} data-testid="grade-color"
              onInput={(event) => editor.apply(changeGrade(plan, i, { color: event.currentTarget.value }), undefined, `color ${i}`)} />
            <button type="button" class="editor__tool" aria-label={w.removeGrade(name)} data-testid="remove-grade"
              onClick={() => editor.apply(removeGrade(plan, i))}>×</button>
          </li>
        ))}
      </ul>
      <button type="button" class="button button--quiet button--small" data-testid="add-grade" disabled={plan.grades.length >= limits.grades}
        onClick={() => editor.apply(addGrade(plan, nextGrade(plan)))}>{w.addGrade}</button>
    </section>
  );
}
