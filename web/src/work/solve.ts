/* A challenge's solution, from a worker; where there are none, from the page itself, a little at a time. */
import { Solver, type Challenge } from "./solver";
import type { Told } from "./worker";

export function solve(task: Challenge, told: (part: number) => void): Promise<string> {
  return beside(task, told).catch(() => inSlices(task, told));
}

function beside(task: Challenge, told: (part: number) => void): Promise<string> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL("./worker.ts", import.meta.url), { type: "module" });
    worker.onmessage = (event: MessageEvent<Told>) => {
      told(event.data.part);
      if (event.data.solution === undefined) return;
      worker.terminate();
      resolve(event.data.solution);
    };
    worker.onerror = (event) => {
      event.preventDefault();
      worker.terminate();
      reject(new Error(event.message));
    };
    worker.postMessage(task);
  });
}

async function inSlices(task: Challenge, told: (part: number) => void): Promise<string> {
  const solver = new Solver(task);
  while (!solver.step(2_000)) {
    told(solver.part);
    await new Promise((resolve) => setTimeout(resolve));
  }
  return solver.solution;
}
