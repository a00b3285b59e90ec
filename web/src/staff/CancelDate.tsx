/* The end of a date: what it means is said before it is asked for. */
import { useState } from "preact/hooks";
import { cancelDate } from "../api/staff";
import { count, moment } from "../app/format";
import { tell } from "../app/toasts";
import { Sure } from "../room/Sure";
import { Text } from "../room/Text";
import type { PartProps } from "./SchedulePage";
import { staffWords } from "./words";

export function CancelDate({ date, saved }: PartProps) {
  const w = staffWords();
  const [reason, setReason] = useState("");
  const [missing, setMissing] = useState(false);
  const [asked, setAsked] = useState(false);
  const taken = date.remaining.reduce((sum, { total, free }) => sum + total - free, 0);
  if (date.status === "cancelled") return null;
  const act = async () => {
    saved({ ...date, ...(await cancelDate(date.id, reason)) });
    tell(w.date.cancelled);
  };
  return (
    <form class="panel form" noValidate data-testid="cancel-form" onSubmit={(event) => {
      event.preventDefault();
      setMissing(!reason.trim());
      setAsked(reason.trim() !== "");
    }}>
      <p>{w.date.cancelIntro}</p>
      <p data-testid="taken">{w.date.cancelSeats(count(taken))}</p>
      {asked
        ? <Sure sentence={w.date.sureCancel(moment(date.starts_at))} act={act} onEnd={() => setAsked(false)}><p>{reason}</p></Sure>
        : (
          <>
            <Text label={w.date.cancelReason} name="reason" max={500} value={reason} onValue={setReason} error={missing ? w.needed : undefined} />
            <div><button class="button" data-testid="cancel-date">{w.date.cancelNow}</button></div>
          </>
        )}
    </form>
  );
}
