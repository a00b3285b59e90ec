/* Fingers, mouse and wheel on the map: drag pans and glides on, pinch and wheel zoom, a tap is a tap. */
import type { SeatRenderer } from "./renderer";

export interface GestureTargets {
  tap(x: number, y: number, touch: boolean): void;
  hover(x: number, y: number): void;
  leave(): void;
  /* True: this pointer is somebody else's. */
  claims?(event: PointerEvent): boolean;
}

interface Finger {
  x: number;
  y: number;
}

const tapSlop = 7;

export function listenToGestures(canvas: HTMLCanvasElement, renderer: SeatRenderer, targets: GestureTargets): () => void {
  const fingers = new Map<number, Finger>();
  let moved = 0;
  let pinched = false;
  let speed = { x: 0, y: 0, at: 0 };
  let glide = 0;

  const at = (event: MouseEvent): Finger => {
    const box = canvas.getBoundingClientRect();
    return { x: event.clientX - box.left, y: event.clientY - box.top };
  };

  const down = (event: PointerEvent) => {
    if (event.button !== 0 || targets.claims?.(event)) return;
    canvas.setPointerCapture(event.pointerId);
    cancelAnimationFrame(glide);
    if (fingers.size === 0) {
      moved = 0;
      pinched = false;
      speed = { x: 0, y: 0, at: event.timeStamp };
    } else pinched = true;
    fingers.set(event.pointerId, at(event));
  };

  const move = (event: PointerEvent) => {
    const to = at(event);
    const from = fingers.get(event.pointerId);
    if (!from) {
      if (event.pointerType === "mouse") targets.hover(to.x, to.y);
      return;
    }
    if (fingers.size === 1) drag(from, to, event.timeStamp);
    else pinch(event.pointerId, from, to);
    fingers.set(event.pointerId, to);
  };

  const drag = (from: Finger, to: Finger, time: number) => {
    const dx = to.x - from.x;
    const dy = to.y - from.y;
    moved += Math.hypot(dx, dy);
    if (moved < tapSlop) return;
    const ms = Math.max(1, time - speed.at);
    speed = { x: 0.7 * (dx / ms) + 0.3 * speed.x, y: 0.7 * (dy / ms) + 0.3 * speed.y, at: time };
    renderer.move((camera) => camera.pan(dx, dy));
  };

  const pinch = (id: number, from: Finger, to: Finger) => {
    const other = [...fingers].find(([key]) => key !== id)?.[1];
    if (!other) return;
    const before = Math.hypot(from.x - other.x, from.y - other.y);
    const after = Math.hypot(to.x - other.x, to.y - other.y);
    renderer.move((camera) => {
      camera.pan((to.x - from.x) / 2, (to.y - from.y) / 2);
      if (before > 4) camera.zoomAt((to.x + other.x) / 2, (to.y + other.y) / 2, after / before);
    });
  };

  const up = (event: PointerEvent) => {
    const finger = fingers.get(event.pointerId);
    if (!finger) return;
    fingers.delete(event.pointerId);
    if (fingers.size > 0 || event.type === "pointercancel") return;
    if (moved < tapSlop && !pinched) targets.tap(finger.x, finger.y, event.pointerType !== "mouse");
    else if (!pinched && event.timeStamp - speed.at < 60) glideOn();
  };

  const glideOn = () => {
    if (matchMedia("(prefers-reduced-motion: reduce)").matches) return;
    let last = performance.now();
    const step = (time: number) => {
      const ms = Math.min(40, Math.max(0, time - last));
      last = time;
      renderer.move((camera) => camera.pan(speed.x * ms, speed.y * ms));
      const rest = 0.994 ** ms;
      speed.x *= rest;
      speed.y *= rest;
      if (Math.hypot(speed.x, speed.y) > 0.03) glide = requestAnimationFrame(step);
    };
    glide = requestAnimationFrame(step);
  };

  const wheel = (event: WheelEvent) => {
    event.preventDefault();
    cancelAnimationFrame(glide);
    const point = at(event);
    const lines = event.deltaMode === 1 ? event.deltaY * 16 : event.deltaY;
    const factor = Math.exp(-Math.max(-240, Math.min(240, lines)) * (event.ctrlKey ? 0.01 : 0.0022));
    renderer.move((camera) => camera.zoomAt(point.x, point.y, factor));
  };

  canvas.addEventListener("pointerdown", down);
  canvas.addEventListener("pointermove", move);
  canvas.addEventListener("pointerup", up);
  canvas.addEventListener("pointercancel", up);
  canvas.addEventListener("pointerleave", targets.leave);
  canvas.addEventListener("wheel", wheel, { passive: false });
  return () => {
    cancelAnimationFrame(glide);
    canvas.removeEventListener("pointerdown", down);
    canvas.removeEventListener("pointermove", move);
    canvas.removeEventListener("pointerup", up);
    canvas.removeEventListener("pointercancel", up);
    canvas.removeEventListener("pointerleave", targets.leave);
    canvas.removeEventListener("wheel", wheel);
  };
}
