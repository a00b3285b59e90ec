/* The secret of a link in a mail stands behind '#'. It is taken out of the address, so that it stays neither there nor in the history. */
import { useState } from "preact/hooks";

export function useLinkSecret(): string {
  const [secret] = useState(() => {
    const found = location.hash.slice(1);
    history.replaceState(history.state, "", location.pathname + location.search);
    return found;
  });
  return secret;
}
