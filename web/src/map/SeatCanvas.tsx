/* The map one sees: the canvas, its buttons, the minimap and the note under the pointer. */
import { useEffect, useRef, useState } from "preact/hooks";
import { count } from "../app/format";
import { words } from "../app/i18n";
import { language } from "../app/language";
import { free } from "./availability";
import { listenToGestures } from "./gestures";
import { insideOutline } from "./grid";
import { Minimap } from "./minimap";
import { SeatRenderer } from "./renderer";
import { seatText } from "./seat-text";
import type { SeatStore } from "./store";

interface Props {
  store: SeatStore;
  onToggle(seat: number): void;
  onArea(section: number): void;
  /* Enter, pressed on the picture. */
  onEnter(section: number): void;
  /* Handed out so that the list can bring a seat into view. */
  onRenderer(renderer: SeatRenderer | null): void;
}

/* Below this many CSS pixels a seat a finger zooms in first. */
const fingerPitch = 15;
const mousePitch = 5;

function canvasWords() {
  const w = words();
  return { stage: w.map.stage, count, soldOut: w.sale.sold_out };
}

export function SeatCanvas({ store, onToggle, onArea, onEnter, onRenderer }: Props) {
  const w = words();
  const frame = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const small = useRef<HTMLCanvasElement>(null);
  const note = useRef<HTMLDivElement>(null);
  const [renderer, setRenderer] = useState<SeatRenderer | null>(null);

  useEffect(() => {
    const surface = canvas.current as HTMLCanvasElement;
    const drawing = new SeatRenderer(surface, store, canvasWords());
    const minimap = new Minimap(small.current as HTMLCanvasElement, drawing, store);
    drawing.onMove = () => {
      minimap.place();
      /* Where the picture is, for those who point at a seat without eyes: x, y of the corner and the scale. */
      surface.dataset.view = [drawing.camera.x, drawing.camera.y, drawing.camera.scale].join(" ");
    };
    const unsubscribe = store.subscribe((seats) => {
      if (seats === null || seats.length > 0) minimap.redraw();
    });
    const hideNote = () => {
      drawing.setHover(-1);
      if (note.current) note.current.hidden = true;
    };
    const tap = (x: number, y: number, touch: boolean) => pick(drawing, store, x, y, touch, onToggle, onArea);
    const hover = (x: number, y: number) => {
      const seat = drawing.pitch < mousePitch ? -1 : seatAt(drawing, store, x, y, 0.6);
      drawing.setHover(seat);
      surface.style.cursor = seat >= 0 && store.map.state[seat] === free ? "pointer" : "grab";
      if (note.current) showNote(note.current, seat, x, y, store, drawing.camera.width);
    };
    const stopListening = listenToGestures(surface, drawing, { tap, hover, leave: hideNote });
    const observer = new ResizeObserver(([entry]) => drawing.resize(entry.contentRect.width, entry.contentRect.height));
    observer.observe(frame.current as HTMLDivElement);
    setRenderer(drawing);
    onRenderer(drawing);
    return () => {
      observer.disconnect();
      stopListening();
      unsubscribe();
      drawing.destroy();
      onRenderer(null);
    };
  }, [store]);

  useEffect(() => renderer?.setWords(canvasWords()), [language.value, renderer]);

  const zoom = (factor: number) =>
    renderer?.move((camera) => camera.zoomAt(camera.width / 2, camera.height / 2, factor));

  const key = (event: KeyboardEvent) => {
    const step = 60;
    const pans: Record<string, [number, number]> = {
      ArrowLeft: [step, 0], ArrowRight: [-step, 0], ArrowUp: [0, step], ArrowDown: [0, -step],
    };
    const pan = pans[event.key];
    if (pan) renderer?.move((camera) => camera.pan(...pan));
    else if (event.key === "+" || event.key === "=") zoom(1.4);
    else if (event.key === "-") zoom(1 / 1.4);
    else if (event.key === "0") renderer?.fly(renderer.home());
    else if (event.key === "Enter" && renderer) onEnter(middleSection(renderer, store));
    else return;
    event.preventDefault();
  };

  return (
    <div class="stage" ref={frame} data-testid="seat-map">
      <canvas ref={canvas} class="stage__canvas" role="img" tabIndex={0} aria-label={w.map.canvas} onKeyDown={key}
        data-testid="seat-canvas" />
      <div ref={note} class="stage__note" hidden aria-hidden="true" />
      <div class="stage__buttons">
        <button type="button" aria-label={w.map.zoomIn} data-testid="zoom-in" onClick={() => zoom(1.5)}>+</button>
        <button type="button" aria-label={w.map.zoomOut} data-testid="zoom-out" onClick={() => zoom(1 / 1.5)}>−</button>
        <button type="button" aria-label={w.map.whole} data-testid="zoom-home"
          onClick={() => renderer?.fly(renderer.home())}>
          <svg viewBox="0 0 16 16" aria-hidden="true"><path d="M2 6V2h4M10 2h4v4M14 10v4h-4M6 14H2v-4" /></svg>
        </button>
      </div>
      <canvas ref={small} class="stage__minimap" aria-hidden="true"
        onPointerDown={(event) => steer(event, small.current, renderer, store)}
        onPointerMove={(event) => event.buttons === 1 && steer(event, small.current, renderer, store)} />
    </div>
  );
}

function steer(event: PointerEvent, canvas: HTMLCanvasElement | null, renderer: SeatRenderer | null, store: SeatStore): void {
  if (!canvas || !renderer) return;
  const box = canvas.getBoundingClientRect();
  const { bounds } = store.map;
  const x = bounds.x + ((event.clientX - box.left) / box.width) * bounds.width;
  const y = bounds.y + ((event.clientY - box.top) / box.height) * bounds.height;
  renderer.move((camera) => camera.centreOn(x, y, camera.scale));
}

/* The one nearest to the middle of the picture. */
function middleSection({ camera }: SeatRenderer, store: SeatStore): number {
  const at = camera.toHall(camera.width / 2, camera.height / 2);
  const away = store.map.sections.map(({ label, outline }) =>
    (insideOutline(outline, at.x, at.y) ? 0 : Math.hypot(label.x - at.x, label.y - at.y)));
  return away.indexOf(Math.min(...away));
}

function seatAt(renderer: SeatRenderer, store: SeatStore, x: number, y: number, share: number): number {
  const point = renderer.camera.toHall(x, y);
  return renderer.grid.nearest(point.x, point.y, store.map.pitch * share);
}

/* Seats that can be told apart are chosen; otherwise the tap brings one nearer. */
function pick(
  renderer: SeatRenderer, store: SeatStore, x: number, y: number, touch: boolean,
  onToggle: (seat: number) => void, onArea: (section: number) => void,
): void {
  const { camera } = renderer;
  const point = camera.toHall(x, y);
  const section = store.map.sections.findIndex((one) => insideOutline(one.outline, point.x, point.y));
  if (section >= 0 && store.map.sections[section].kind === "area") {
    onArea(section);
    return;
  }
  if (renderer.pitch >= (touch ? fingerPitch : mousePitch)) {
    const seat = seatAt(renderer, store, x, y, touch ? 0.9 : 0.6);
    if (seat >= 0) onToggle(seat);
    return;
  }
  if (section >= 0 && renderer.detail === "blocks") {
    const near = camera.fitting(store.map.sections[section].box, 0.06);
    renderer.fly(camera.centred(point.x, point.y, Math.max(near.scale, 9 / store.map.pitch)));
  } else renderer.fly(camera.centred(point.x, point.y, Math.max(camera.scale * 2.2, 20 / store.map.pitch)));
}

function showNote(note: HTMLElement, seat: number, x: number, y: number, store: SeatStore, width: number): void {
  note.hidden = seat < 0;
  if (seat < 0) return;
  note.textContent = seatText(store.map, seat);
  const left = Math.min(Math.max(x, 90), width - 90);
  note.style.transform = `translate(${Math.round(left)}px, ${Math.round(y - 18)}px) translate(-50%, -100%)`;
}
