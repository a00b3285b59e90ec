/* The form of a filter: what is typed counts once it is sent. */
import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import type { Filter } from "./filter";

/* What a field is given for a mark's name. */
type FieldOf<K> = (name: K) => { name: string; value: string; onValue(value: string): void };

interface Props<K extends string> {
  marks: Filter<K>;
  change(marks: Filter<K>): void;
  children(field: FieldOf<K>): ComponentChildren;
}

export function FilterForm<K extends string>({ marks, change, children }: Props<K>) {
  const [typed, setTyped] = useState(marks);
  const field: FieldOf<K> = (name) => ({
    name, value: typed[name] ?? "", onValue: (value) => setTyped((before) => ({ ...before, [name]: value })),
  });
  return (
    <form class="staff__filter" role="search" data-testid="find-form" onSubmit={(event) => {
      event.preventDefault();
      change(trimmed(typed));
    }}>
      {children(field)}
    </form>
  );
}

function trimmed<K extends string>(marks: Filter<K>): Filter<K> {
  return Object.fromEntries(Object.entries<string | undefined>(marks).map(([name, value]) => [name, value?.trim()])) as Filter<K>;
}
