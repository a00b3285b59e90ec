/* Says what will happen, and asks. */
import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";
import type { Problem } from "../api/problem";
import { FormProblem, useSending } from "../ui/Form";
import { roomWords } from "./words";

interface Props {
  sentence: string;
  act(): Promise<unknown>;
  onEnd(): void;
  /* May take a refusal upon itself, as useSending has it. */
  refused?: (problem: Problem) => boolean;
  children?: ComponentChildren;
}

export function Sure({ sentence, act, onEnd, refused, children }: Props) {
  const w = roomWords();
  const yes = useRef<HTMLButtonElement>(null);
  useEffect(() => yes.current?.focus(), []);
  const { busy, problem, send } = useSending(act, refused);
  return (
    <div class="remark cockpit__sure" role="group" aria-label={sentence} data-testid="sure">
      <p>{sentence}</p>
      {children}
      <FormProblem problem={problem} />
      <div class="cancel__actions">
        <button ref={yes} type="button" class="button button--small" disabled={busy} data-testid="yes" onClick={send}>{w.yes}</button>
        <button type="button" class="button button--quiet button--small" disabled={busy} data-testid="no" onClick={onEnd}>{w.no}</button>
      </div>
    </div>
  );
}
