/* All sections as a list: the way to what is in the plan without looking at it. */
import { count } from "../app/format";
import type { Editor } from "./editor";
import { sectionSize } from "./plan";
import { editorWords } from "./words";

export function SectionPanel({ editor, onShow }: { editor: Editor; onShow(): void }) {
  const w = editorWords();
  const { value: plan } = editor.plan;
  const chosen = new Set(editor.sections.value);
  return (
    <section class="editor__part" aria-labelledby="sections">
      <h2 id="sections">{w.sections}</h2>
      {plan.sections.length === 0 && <p class="muted" data-testid="nothing-drawn">{w.noSections}</p>}
      <ul class="editor__list" data-testid="sections">
        {plan.sections.map((section) => {
          const size = count(sectionSize(section));
          return (
            <li key={section.id}>
              <button type="button" class="editor__section" aria-pressed={chosen.has(section)} aria-label={w.chooseNamed(section.name, size)} data-testid="section"
                onClick={() => {
                  editor.chooseSection(section.id);
                  onShow();
                }}><span>{section.name}</span><span class="muted">{w.seats(size)}</span></button>
            </li>
          );
        })}
      </ul>
      {plan.sections.length > 0 && (
        <button type="button" class="button button--quiet button--small" data-testid="choose-all" onClick={() => editor.chooseAll()}>{w.all}</button>
      )}
    </section>
  );
}
