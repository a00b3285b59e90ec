import type { SaleStatus } from "../api/shapes/performance";
import { words } from "../app/i18n";

export function StatusBadge({ status }: { status: SaleStatus }) {
  return <span class={`badge badge--${status}`} data-testid="status">{words().sale[status] ?? status}</span>;
}
