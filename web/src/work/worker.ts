/* Solves a challenge beside the page, which stays as quick as it was. */
import { Solver, type Challenge } from "./solver";

export type Told = { part: number; solution?: string };

self.onmessage = (event: MessageEvent<Challenge>) => {
  const solver = new Solver(event.data);
  for (let told = 0; !solver.step(20_000); )
    if (solver.part > told) self.postMessage({ part: (told = solver.part) } satisfies Told);
  self.postMessage({ part: solver.part, solution: solver.solution } satisfies Told);
};
