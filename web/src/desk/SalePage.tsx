/* A sale at the desk, by keyboard: what is wanted, the sum, Enter; then the tickets, and Enter for the next one. */
import { useState } from "preact/hooks";
import { getSchedule, getSeatMap } from "../api/calls";
import type { StaffBookingDetail } from "../api/staff";
import type { ScheduleDetail, SeatMapData } from "../api/shapes/performance";
import { moment } from "../app/format";
import { useResource } from "../app/resource";
import type { Params } from "../app/router";
import { Frame } from "../staff/Frame";
import { Await } from "../ui/states";
import { useDraft } from "../app/draft";
import { Held, type CallerHold } from "./Held";
import { SaleForm } from "./SaleForm";
import { Sold } from "./Sold";
import { deskWords } from "./words";

export interface Desk {
  date: ScheduleDetail;
  map: SeatMapData;
}

export default function SalePage({ params }: { params: Params }) {
  const w = deskWords();
  const desk = useResource(async (signal): Promise<Desk> => {
    const [date, map] = await Promise.all([getSchedule(params.id, signal), getSeatMap(params.id, signal)]);
    return { date, map };
  }, [params.id]);
  const [sold, setSold] = useState<StaffBookingDetail | null>(null);
  const [taken, setTaken] = useState<CallerHold | null>(null);
  const { typed, change } = useDraft<{ holds: CallerHold[] }>(`desk.${params.id}`);
  const holds = typed.holds ?? [];
  const drop = (hold: CallerHold) => {
    change({ holds: holds.filter(({ id }) => id !== hold.id) });
    if (taken?.id === hold.id) setTaken(null);
  };
  const date = desk.data?.date;
  return (
    <Frame title={date?.title ?? w.title} about={date ? `${moment(date.starts_at)} · ${date.hall_name}` : undefined}>
      <p class="unprinted"><a href="/desk">{w.back}</a></p>
      <Await of={desk}>{(found) => (sold
        ? <Sold booking={sold} onNext={() => {
          setSold(null);
          desk.reload();
        }} />
        : (
          <>
            <SaleForm key={taken?.id} desk={found} taken={taken} onOther={() => setTaken(null)} onHeld={(hold) => {
              change({ holds: [...holds, hold] });
              desk.reload();
            }} onSold={(booking) => {
              if (taken) drop(taken);
              setSold(booking);
            }} />
            <Held holds={holds} take={setTaken} drop={drop} />
          </>
        ))}</Await>
    </Frame>
  );
}
