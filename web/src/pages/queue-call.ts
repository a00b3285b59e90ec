/* Calling somebody whose turn it is: a sound and a notification, each only for those who asked for it; and the other tabs of the same person. */
import { signal } from "@preact/signals";
import { useEffect, useState } from "preact/hooks";

/* ---- the sound ---- */

const memory = "takenseat.chime";
const notes = [659.25, 830.61, 987.77];

export const chime = signal(typeof localStorage !== "undefined" && localStorage.getItem(memory) === "on");

let audio: AudioContext | null = null;

/* Browsers let a page sound only once it was touched: then `awake` makes it ready. */
function awake(): AudioContext | null {
  if (typeof AudioContext === "undefined") return null;
  audio ??= new AudioContext();
  if (audio.state === "suspended") void audio.resume().catch(() => undefined);
  return audio;
}

/* Three soft tones, going up. */
export function ring(): void {
  const sound = awake();
  if (!sound) return;
  notes.forEach((frequency, i) => {
    const begins = sound.currentTime + i * 0.22;
    const tone = sound.createOscillator();
    const volume = sound.createGain();
    tone.frequency.value = frequency;
    volume.gain.setValueAtTime(0, begins);
    volume.gain.linearRampToValueAtTime(0.25, begins + 0.02);
    volume.gain.exponentialRampToValueAtTime(0.001, begins + 0.6);
    tone.connect(volume).connect(sound.destination);
    tone.start(begins);
    tone.stop(begins + 0.6);
  });
}

export function chooseChime(on: boolean): void {
  chime.value = on;
  if (on) localStorage.setItem(memory, "on");
  else localStorage.removeItem(memory);
  if (on) ring();
}

/* After a reload the first touch of the page makes a sound that was chosen before possible again. */
export function useAwake(): void {
  useEffect(() => {
    const touch = () => {
      if (chime.value) awake();
    };
    addEventListener("pointerdown", touch);
    addEventListener("keydown", touch);
    return () => {
      removeEventListener("pointerdown", touch);
      removeEventListener("keydown", touch);
    };
  }, []);
}

/* ---- the notification ---- */

export type Permission = NotificationPermission | "none";

export const permission = signal<Permission>(typeof Notification === "undefined" ? "none" : Notification.permission);

/* Only from a press of a button. */
export async function askToNotify(): Promise<void> {
  permission.value = await Notification.requestPermission();
}

function notify(title: string, body: string): void {
  if (permission.value !== "granted" || document.hasFocus()) return;
  try {
    const shown = new Notification(title, { body, tag: "takenseat.turn" });
    shown.onclick = () => {
      window.focus();
      shown.close();
    };
  } catch {
    /* Some phones show none from a page: the sound and the title have to do. */
  }
}

export function callIn(title: string, body: string): void {
  if (chime.value) ring();
  notify(title, body);
}

/* ---- other tabs ---- */

interface Channel {
  postMessage(message: unknown): void;
  close(): void;
  onmessage: ((event: MessageEvent) => void) | null;
}

type Word = { from: string; says: "hello" | "here" | "bye" };

/* Tells `show` whether others are there; ends with the function that is returned, which may be called again. */
export function meet(channel: Channel, me: string, show: (others: boolean) => void): () => void {
  const others = new Set<string>();
  const say = (says: Word["says"]) => channel.postMessage({ from: me, says } satisfies Word);
  channel.onmessage = ({ data }: MessageEvent) => {
    const { from, says } = data as Word;
    if (from === me) return;
    if (says === "bye") others.delete(from);
    else others.add(from);
    if (says === "hello") say("here");
    show(others.size > 0);
  };
  say("hello");
  let met = true;
  return () => {
    if (!met) return;
    met = false;
    say("bye");
    channel.close();
  };
}

export function useOtherTab(schedule: string): boolean {
  const [other, setOther] = useState(false);
  useEffect(() => {
    if (typeof BroadcastChannel === "undefined") return;
    const begin = () => meet(new BroadcastChannel(`takenseat.queue.${schedule}`), Math.random().toString(36).slice(2), setOther);
    let end = begin();
    const hide = () => end();
    const back = (event: PageTransitionEvent) => {         /* out of the browser's cache of pages */
      if (!event.persisted) return;
      setOther(false);
      end = begin();
    };
    addEventListener("pagehide", hide);
    addEventListener("pageshow", back);
    return () => {
      removeEventListener("pagehide", hide);
      removeEventListener("pageshow", back);
      end();
    };
  }, [schedule]);
  return other;
}
