/* Something read from the server, and the four ways it can be: loading, here, empty (the page's to say), failed. */
import { useCallback, useEffect, useState } from "preact/hooks";
import { asProblem, type Problem } from "../api/problem";
import { language } from "./language";

export interface Resource<T> {
  data: T | null;
  problem: Problem | null;
  loading: boolean;
  reload(): void;
  set(data: T): void;
}

interface State<T> {
  data: T | null;
  problem: Problem | null;
  loading: boolean;
}

/* `keys` say when it is another thing that is read; the old one is then forgotten. */
export function useResource<T>(read: (signal: AbortSignal) => Promise<T>, keys: readonly unknown[]): Resource<T> {
  const [state, setState] = useState<State<T>>({ data: null, problem: null, loading: true });
  const [round, setRound] = useState(0);

  useEffect(() => setState({ data: null, problem: null, loading: true }), keys);

  useEffect(() => {
    const stop = new AbortController();
    setState((before) => ({ ...before, loading: true, problem: null }));
    read(stop.signal).then(
      (data) => {
        if (!stop.signal.aborted) setState({ data, problem: null, loading: false });
      },
      (error) => {
        if (!stop.signal.aborted) setState((before) => ({ ...before, problem: asProblem(error), loading: false }));
      },
    );
    return () => stop.abort();
  }, [...keys, round, language.value]);

  useEffect(() => {
    if (!state.problem?.offline) return;
    const again = () => setRound((n) => n + 1);
    addEventListener("online", again);
    return () => removeEventListener("online", again);
  }, [state.problem]);

  const reload = useCallback(() => setRound((n) => n + 1), []);
  const set = useCallback((data: T) => setState({ data, problem: null, loading: false }), []);
  return { ...state, reload, set };
}
