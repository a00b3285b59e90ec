/* What is wrong with the plan as it stands, each with the way to it. */
import { count } from "../app/format";
import type { Editor } from "./editor";
import { editorWords } from "./words";

export function FaultPanel({ editor, onShow }: { editor: Editor; onShow(): void }) {
  const w = editorWords();
  const { value: faults } = editor.faults;
  const top = faults?.slice(0, 20) ?? [];
  return (
    <section class="editor__part" aria-labelledby="faults">
      <h2 id="faults">{w.faults}</h2>
      <div role="status" data-testid="check" data-state={faults === null ? "looking" : faults.length === 0 ? "sound" : "faults"}>
        {faults === null && <p class="muted">{w.looking}</p>}
        {faults?.length === 0 && <p>{w.sound}</p>}
        <ul class="editor__list">
          {top.map((fault) => (
            <li key={`${fault.kind} ${fault.what}`} class="editor__fault" data-testid="fault" data-kind={fault.kind}>
              <span>{w.fault[fault.kind]}{fault.what && fault.kind !== "large" && `: ${fault.what}`}{fault.count > 1 && ` (${count(fault.count)})`}</span>
              {fault.where.length > 0 && (
                <button type="button" class="button button--quiet button--small" data-testid="show-fault"
                  onClick={() => {
                    editor.choose(new Set(fault.where));
                    onShow();
                  }}>{w.show}</button>
              )}
            </li>
          ))}
        </ul>
        {faults && faults.length > top.length && <p class="muted">{w.import.more(count(faults.length - top.length))}</p>}
      </div>
    </section>
  );
}
