import { render } from "preact";
import { pages } from "./app/pages";
import { mayEnter } from "./app/roles";
import { startRouter } from "./app/router";
import { Shell } from "./app/Shell";

startRouter();
render(<Shell />, document.getElementById("app") as HTMLElement);

/* The other pages that one may enter come once there is time, so that a lost connection does not stop the way to the seats. */
setTimeout(() => pages.filter(mayEnter).forEach((page) => void page.load().catch(() => undefined)), 3000);
