/* Mileage. */

export interface Mileage {
  balance: number;
  /* What was taken back after it had been spent. */
  owed: number;
  next_expiry_amount: number | null;
  next_expiry_at: string | null;
}

export interface MileageMove {
  id: string;
  delta: number;
  /* One of a few words, or what staff wrote. */
  reason: string;
  source: "booking" | "cancellation" | "expiry" | "staff";
  booking_id: string | null;
  balance_after: number;
  at: string;
}
