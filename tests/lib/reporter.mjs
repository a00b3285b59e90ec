/* Reports the tests of node:test as flat TAP: a line for each test that has no tests within it. A file or a group counts only if it fails
 * while all within it pass. */

const escape = (text) => String(text).replaceAll("#", "\\#").replaceAll("\n", " ");

function* told(data, ok) {
  const why = data.skip ?? data.todo;
  const skipped = why !== undefined && why !== false;
  yield `${ok ? "ok" : "not ok"} - ${escape(data.name)}${skipped ? ` # SKIP ${typeof why === "string" ? why : ""}` : ""}\n`;
  const error = data.details?.error;
  if (ok || !error) return;
  for (const line of String(error.cause?.stack ?? error.cause ?? error.stack ?? error).split("\n")) yield `#   ${line}\n`;
}

export default async function* flat(events) {
  const within = [];                                  // by nesting: what has been told below the test that is under way
  for await (const { type, data } of events) {
    if (type === "test:stdout" || type === "test:stderr") yield data.message;
    if (type !== "test:pass" && type !== "test:fail") continue;
    const ok = type === "test:pass";
    const children = within[data.nesting + 1];
    within.length = data.nesting + 1;
    const mine = (within[data.nesting] ??= { failed: false });
    mine.failed ||= !ok;
    if (!children || (!ok && !children.failed)) yield* told(data, ok);
  }
}
