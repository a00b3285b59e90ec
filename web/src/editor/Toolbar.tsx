/* The tools, and what undoes them. */
import { tools, type Editor } from "./editor";
import { editorWords } from "./words";

export function Toolbar({ editor }: { editor: Editor }) {
  const w = editorWords();
  return (
    <div class="editor__tools" role="toolbar" aria-label={w.tools} data-testid="tools">
      {tools.map((tool) => (
        <button key={tool} type="button" class="editor__tool" aria-pressed={editor.tool.value === tool} data-testid={`tool-${tool}`}
          onClick={() => (editor.tool.value = tool)}>{w.tool[tool]}</button>
      ))}
      <span class="editor__gap" />
      <button type="button" class="editor__tool" disabled={!editor.canUndo.value} data-testid="undo" onClick={() => editor.undo()}>{w.undo}</button>
      <button type="button" class="editor__tool" disabled={!editor.canRedo.value} data-testid="redo" onClick={() => editor.redo()}>{w.redo}</button>
    </div>
  );
}
