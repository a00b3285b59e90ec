/* What the page at /embed/... is made of. */
import { render } from "preact";
import { language } from "../app/language";
import { keptTheme, showTheme, theme } from "../app/theme";
import styles from "../styles/index.css?url";
import { Embedded } from "./Embedded";

const app = document.getElementById("app") as HTMLElement;

language.value = document.documentElement.lang === "ko" ? "ko" : "en";
theme.value = keptTheme(app.dataset.theme ?? null);
showTheme();
document.head.append(Object.assign(document.createElement("link"), { rel: "stylesheet", href: styles }));
render(<Embedded id={app.dataset.performance ?? ""} />, app);
