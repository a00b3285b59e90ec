/* Browsers and newer Nodes have WebCrypto as a global; Node 18 keeps it in a module. */
import { webcrypto } from "node:crypto";

if (!globalThis.crypto) Object.defineProperty(globalThis, "crypto", { value: webcrypto });
