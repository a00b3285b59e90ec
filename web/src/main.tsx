import { render } from "preact";
import { keepClient } from "./app/install";
import { startRouter } from "./app/router";
import { Shell } from "./app/Shell";
import { showTheme } from "./app/theme";

showTheme();
startRouter();
render(<Shell />, document.getElementById("app") as HTMLElement);

/* Once there is time for it. */
setTimeout(() => void keepClient().catch(() => undefined), 3000);
