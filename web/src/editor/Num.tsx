/* A number one types. What is no such number is named at the field, and changes nothing. */
import { useEffect, useState } from "preact/hooks";
import { Field } from "../ui/Field";
import { editorWords } from "./words";

interface Props {
  label: string;
  name: string;
  value: number;
  low: number;
  high: number;
  whole?: boolean;
  onValue(value: number): void;
}

/* Null when the text is no number within the bounds. */
export function readNumber(text: string, low: number, high: number, whole: boolean): number | null {
  const value = Number(text.trim().replace(",", "."));
  return text.trim() !== "" && Number.isFinite(value) && value >= low && value <= high && (!whole || Number.isInteger(value)) ? value : null;
}

export function Num({ label, name, value, low, high, whole = false, onValue }: Props) {
  const w = editorWords();
  const [text, setText] = useState(String(value));
  useEffect(() => {
    if (readNumber(text, low, high, whole) !== value) setText(String(value));
  }, [value]);
  const wrong = readNumber(text, low, high, whole) === null;
  return (
    <Field label={label} name={name} value={text} autocomplete="off"
      error={wrong ? (whole ? w.whole_from : w.from)(String(low), String(high)) : undefined}
      onValue={(typed) => {
        setText(typed);
        const read = readNumber(typed, low, high, whole);
        if (read !== null) onValue(read);
      }} />
  );
}
