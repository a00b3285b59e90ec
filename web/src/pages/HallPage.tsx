/* The plan of a hall, drawn and changed. */
import { useEffect, useMemo, useState } from "preact/hooks";
import { getHall, getHallMap } from "../api/halls";
import type { HallSummary } from "../api/shapes/performance";
import { readDraft } from "../app/draft";
import { count } from "../app/format";
import { useResource } from "../app/resource";
import type { Params } from "../app/router";
import { useTitle } from "../app/Shell";
import { ChosenPanel } from "../editor/ChosenPanel";
import { Editor } from "../editor/editor";
import { EditorCanvas } from "../editor/EditorCanvas";
import { FaultPanel } from "../editor/FaultPanel";
import { GradePanel } from "../editor/GradePanel";
import { PenPanel } from "../editor/PenPanel";
import { planOf } from "../editor/picture";
import { boxAround, chosenPoints, emptyPlan, seatCount, type Plan } from "../editor/plan";
import { DatePanel, ExportPanel, SavePanel } from "../editor/SavePanel";
import { SectionPanel } from "../editor/SectionPanel";
import { StagePanel } from "../editor/StagePanel";
import { Toolbar } from "../editor/Toolbar";
import { editorWords } from "../editor/words";
import type { SeatRenderer } from "../map/renderer";
import { Await } from "../ui/states";

interface Stored {
  hall: HallSummary | null;
  plan: Plan;
}

/* Seats of a plan that a tab has room for. */
const keepable = 20_000;

/* The address of the plan that is no hall yet. */
const fresh = "new";

async function read(id: string, signal: AbortSignal): Promise<Stored> {
  if (id === fresh) return { hall: null, plan: emptyPlan() };
  const [hall, map] = await Promise.all([getHall(id, signal), getHallMap(id, signal)]);
  return { hall, plan: planOf(map) };
}

export default function HallPage({ params }: { params: Params }) {
  const w = editorWords();
  const stored = useResource((signal) => read(params.id, signal), [params.id]);
  useTitle(stored.data?.hall?.name ?? w.fresh);
  return <Await of={stored}>{(data) => <Drawing id={params.id} stored={data} />}</Await>;
}

/* A plan that was not saved stays with its tab, unless it is too large for that; leaving the page then asks. */
function useKept(id: string, stored: Stored) {
  const name = `takenseat.draft.hall.${id}`;
  const [round, setRound] = useState(0);
  const [found, setFound] = useState(false);
  const editor = useMemo(() => {
    const draft = readDraft<Plan>(sessionStorage, name);
    const kept = round === 0 && draft.sections && draft.grades && draft.next ? (draft as Plan) : null;
    setFound(kept !== null);
    const made = new Editor(kept ?? stored.plan, stored.plan);
    if (matchMedia("(pointer: coarse)").matches) made.tool.value = "hand";
    return made;
  }, [round]);
  const drop = () => sessionStorage.removeItem(name);
  useEffect(() => {
    editor.onRest = () => {
      try {
        if (editor.dirty.value && seatCount(editor.plan.value) <= keepable) sessionStorage.setItem(name, JSON.stringify(editor.plan.value));
        else drop();
      } catch {
        drop();
      }
    };
    const ask = (event: BeforeUnloadEvent) => {
      if (editor.dirty.value && !sessionStorage.getItem(name)) event.preventDefault();
    };
    addEventListener("beforeunload", ask);
    return () => {
      removeEventListener("beforeunload", ask);
      editor.destroy();
    };
  }, [editor]);
  const forget = () => {
    drop();
    setRound(round + 1);
  };
  return { editor, found, forget, drop };
}

function Drawing({ id, stored }: { id: string; stored: Stored }) {
  const w = editorWords();
  const { editor, found, forget, drop } = useKept(id, stored);
  const [renderer, setRenderer] = useState<SeatRenderer | null>(null);
  useShortcuts(editor);
  const { hall } = stored;

  /* Brings what is chosen into view. */
  const show = () => {
    const box = boxAround(chosenPoints(editor.plan.value, editor.chosen.value));
    if (renderer && box) renderer.fly(renderer.camera.fitting({ x: box.x - 2, y: box.y - 2, width: box.width + 4, height: box.height + 4 }, 0.1));
  };

  return (
    <div class="editor" data-testid="editor">
      <header class="editor__head">
        <a href="/admin/halls" data-testid="to-halls">{w.back}</a>
        <h1>{hall?.name ?? w.fresh}</h1>
        <p class="muted" data-testid="seat-count">{w.seats(count(seatCount(editor.plan.value)))}</p>
        {editor.dirty.value && <span class="badge badge--pending" data-testid="unsaved">{w.unsaved}</span>}
      </header>
      <Toolbar editor={editor} />
      <EditorCanvas editor={editor} onRenderer={setRenderer} />
      <div class="editor__side">
        {found && editor.dirty.value && (
          <div class="remark" role="status" data-testid="kept">
            <p>{w.kept}</p>
            <button type="button" class="button button--quiet button--small" data-testid="forget" onClick={forget}>{w.forget}</button>
          </div>
        )}
        <PenPanel editor={editor} />
        <ChosenPanel editor={editor} />
        <FaultPanel editor={editor} onShow={show} />
        <GradePanel editor={editor} />
        <SectionPanel editor={editor} onShow={show} />
        <StagePanel editor={editor} />
        <SavePanel editor={editor} hall={hall} onSaved={drop} />
        {hall && <DatePanel editor={editor} hall={hall} />}
        <ExportPanel editor={editor} hall={hall} />
      </div>
    </div>
  );
}

/* Undo and redo everywhere but in fields, which have their own. */
function useShortcuts(editor: Editor): void {
  useEffect(() => {
    const key = (event: KeyboardEvent) => {
      const field = event.target instanceof Element && event.target.closest("input, select, textarea");
      if (field || !(event.ctrlKey || event.metaKey) || event.altKey) return;
      const pressed = event.key.toLowerCase();
      if (pressed === "z" && !event.shiftKey) editor.undo();
      else if (pressed === "y" || pressed === "z") editor.redo();
      else return;
      event.preventDefault();
    };
    addEventListener("keydown", key);
    return () => removeEventListener("keydown", key);
  }, [editor]);
}
