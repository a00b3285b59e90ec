import { render } from "preact";
import { pages } from "./app/pages";
import { startRouter } from "./app/router";
import { Shell } from "./app/Shell";

startRouter();
render(<Shell />, document.getElementById("app") as HTMLElement);

/* The other pages come once there is time, so that a lost connection does not stop the way to the seats. */
setTimeout(() => pages.forEach((page) => void page.load().catch(() => undefined)), 3000);
