/* Says that what is shown is from this device, and from when. */
import { moment } from "../app/format";
import { words } from "../app/i18n";

export function Kept({ at }: { at: string | null }) {
  if (!at) return null;
  return <p class="booking__note" role="status" data-testid="kept">{words().tickets.kept(moment(at))}</p>;
}
