/* The plan one sees: the map's own renderer, and over it what is chosen and what is being drawn. */
import { effect } from "@preact/signals";
import { useEffect, useRef, useState } from "preact/hooks";
import { count } from "../app/format";
import { language } from "../app/language";
import { listenToGestures } from "../map/gestures";
import { SeatRenderer } from "../map/renderer";
import type { Editor, Tool } from "./editor";
import { paintOverlay } from "./overlay";
import { nothing } from "./plan";
import { Pointer } from "./pointer";
import { editorWords } from "./words";

const step = 0.5;
const fineStep = 0.1;
const pan = 60;

const toolKeys: Record<string, Tool> = { h: "hand", v: "select", r: "row", c: "arc", b: "block", t: "table", a: "area", g: "brush" };

function canvasWords() {
  return { stage: editorWords().stage, count, soldOut: "" };
}

interface Props {
  editor: Editor;
  /* Handed out so that lists can bring something into view. */
  onRenderer(renderer: SeatRenderer | null): void;
}

export function EditorCanvas({ editor, onRenderer }: Props) {
  const w = editorWords();
  const frame = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const over = useRef<HTMLCanvasElement>(null);
  const pointer = useRef<Pointer | null>(null);
  const [renderer, setRenderer] = useState<SeatRenderer | null>(null);

  useEffect(() => {
    const surface = canvas.current as HTMLCanvasElement;
    const overlay = over.current as HTMLCanvasElement;
    const drawing = new SeatRenderer(surface, editor.store, canvasWords());
    let waiting = 0;
    const repaint = () => {
      waiting ||= requestAnimationFrame(() => {
        waiting = 0;
        paintOverlay(overlay, drawing, editor, hand.gesture);
      });
    };
    const nameFor = () => {
      const names: Partial<Record<Tool, string>> = editorWords().defaultName;
      return names[editor.tool.value] ?? "";
    };
    const hand = new Pointer(surface, drawing, editor, repaint, nameFor);
    pointer.current = hand;
    drawing.onMove = () => {
      surface.dataset.view = [drawing.camera.x, drawing.camera.y, drawing.camera.scale].join(" ");
      repaint();
    };
    const endGestures = listenToGestures(surface, drawing, {
      tap: (x, y) => hand.tap(x, y), hover: () => undefined, leave: () => undefined, claims: hand.claims,
    });
    const endPointer = hand.listen();
    const endEffect = effect(() => {
      surface.dataset.chosen = String(editor.chosen.value.size);
      surface.style.cursor = editor.tool.value === "hand" ? "grab" : editor.tool.value === "select" ? "default" : "crosshair";
      editor.plan.value;
      repaint();
    });
    const observer = new ResizeObserver(([entry]) => {
      drawing.resize(entry.contentRect.width, entry.contentRect.height);
      repaint();
    });
    observer.observe(frame.current as HTMLDivElement);
    setRenderer(drawing);
    onRenderer(drawing);
    return () => {
      cancelAnimationFrame(waiting);
      observer.disconnect();
      endEffect();
      endPointer();
      endGestures();
      drawing.destroy();
      onRenderer(null);
    };
  }, [editor]);

  useEffect(() => renderer?.setWords(canvasWords()), [language.value, renderer]);

  const zoom = (factor: number) => renderer?.move((camera) => camera.zoomAt(camera.width / 2, camera.height / 2, factor));

  const arrow = (event: KeyboardEvent): boolean => {
    const ways: Record<string, [number, number]> = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
    const way = ways[event.key];
    if (!way || event.ctrlKey || event.metaKey) return false;
    const by = event.shiftKey ? fineStep : step;
    if (editor.chosen.value.size > 0) editor.move(way[0] * by, way[1] * by, "nudge");
    else renderer?.move((camera) => camera.pan(-way[0] * pan, -way[1] * pan));
    return true;
  };

  const plain = (event: KeyboardEvent): boolean => {
    if (event.ctrlKey || event.metaKey || event.altKey) return false;
    const tool = toolKeys[event.key.toLowerCase()];
    if (tool) editor.tool.value = tool;
    else if (event.key === "+" || event.key === "=") zoom(1.4);
    else if (event.key === "-") zoom(1 / 1.4);
    else if (event.key === "0") renderer?.fly(renderer.home());
    else if (event.key === "[") editor.rotate(-5);
    else if (event.key === "]") editor.rotate(5);
    else if (event.key === "Delete" || event.key === "Backspace") editor.remove();
    else if (event.key === "Escape") escape();
    else return false;
    return true;
  };

  /* What is being drawn; then what is chosen; then the tool. */
  const escape = () => {
    if (pointer.current?.busy) pointer.current.cancel();
    else if (editor.chosen.value.size > 0) editor.choose(nothing);
    else editor.tool.value = "select";
  };

  const withControl = (event: KeyboardEvent): boolean => {
    if (!event.ctrlKey && !event.metaKey) return false;
    if (event.key.toLowerCase() === "a") editor.chooseAll();
    else if (event.key.toLowerCase() === "d") editor.duplicate();
    else return false;
    return true;
  };

  const key = (event: KeyboardEvent) => {
    if (arrow(event) || plain(event) || withControl(event)) event.preventDefault();
  };

  return (
    <div class="stage editor__stage" ref={frame}>
      <canvas ref={canvas} class="stage__canvas" role="application" tabIndex={0} aria-label={w.canvas} onKeyDown={key} data-testid="editor-canvas" />
      <canvas ref={over} class="editor__overlay" aria-hidden="true" />
      <div class="stage__buttons">
        <button type="button" aria-label={w.zoomIn} data-testid="zoom-in" onClick={() => zoom(1.5)}>+</button>
        <button type="button" aria-label={w.zoomOut} data-testid="zoom-out" onClick={() => zoom(1 / 1.5)}>−</button>
        <button type="button" aria-label={w.whole} data-testid="zoom-home" onClick={() => renderer?.fly(renderer.home())}>
          <svg viewBox="0 0 16 16" aria-hidden="true"><path d="M2 6V2h4M10 2h4v4M14 10v4h-4M6 14H2v-4" /></svg>
        </button>
      </div>
    </div>
  );
}
