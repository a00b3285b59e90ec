/* Holding seats: one key for one intention, and a kind word for every refusal. */
import { useMemo, useState } from "preact/hooks";
import { createHold, getAvailability, type HoldRequest } from "../api/calls";
import { Intent } from "../api/intent";
import { asProblem, refusedOf, type Problem } from "../api/problem";
import type { ScheduleDetail } from "../api/shapes/performance";
import { words } from "../app/i18n";
import { dropPass, passFor } from "../app/passes";
import { currentPath, navigate, signInPath } from "../app/router";
import { tell } from "../app/toasts";
import { problemText } from "../ui/states";
import type { SeatStore } from "./store";

export interface HoldActions {
  busy: boolean;
  chosen(): Promise<void>;
  best(count: number, grade: string): Promise<void>;
}

export function useHold(schedule: ScheduleDetail, store: SeatStore, reload: () => void): HoldActions {
  const intent = useMemo(() => new Intent(`takenseat.intent.hold.${schedule.id}`, sessionStorage), [schedule.id]);
  const [busy, setBusy] = useState(false);

  async function send(request: HoldRequest): Promise<void> {
    setBusy(true);
    store.holding = true;
    try {
      const pass = passFor(schedule.id)?.pass ?? null;
      const hold = await intent.carryOut(request, (key) => createHold(schedule.id, request, key, pass));
      navigate(`/checkout/${encodeURIComponent(hold.id)}`);
    } catch (error) {
      store.holding = false;
      refused(asProblem(error), request);
    } finally {
      setBusy(false);
    }
  }

  function refused(problem: Problem, request: HoldRequest): void {
    const w = words().map;
    const queue = `/schedules/${encodeURIComponent(schedule.id)}/queue`;
    switch (problem.code) {
      case "seat_taken":
        if ("seats" in request) store.markTaken(refusedOf(problem, "seats", request.seats).flatMap((guid) => store.map.seatOf(guid) ?? []));
        else tell(w.taken, "warn");
        void refresh();
        return;
      case "pass_required":
        dropPass(schedule.id);
        tell(w.passNeeded, "warn");
        navigate(queue, { replace: true });
        return;
      case "pass_other_device":
        dropPass(schedule.id);
        tell(w.passElsewhere, "warn");
        navigate(queue, { replace: true });
        return;
      case "pass_revoked":
        dropPass(schedule.id);
        tell(problem.detail, "warn");
        return;
      case "unauthenticated":
        navigate(signInPath(currentPath()));
        return;
      case "not_on_sale":
        reload();
        tell(problemText(problem).detail, "warn");
        return;
      default: {
        const { title, detail } = problemText(problem);
        tell(detail || title, "warn");
        if (problem.code === "sold_out") void refresh();
      }
    }
  }

  const refresh = () => getAvailability(schedule.id).then((fresh) => store.takeSnapshot(fresh), () => undefined);

  return {
    busy,
    chosen: () => send({ seats: store.chosen.value.map((seat) => store.map.guid(seat)) }),
    best: (count, grade) => send({ best: { count, grade } }),
  };
}
