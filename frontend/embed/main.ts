// Entry of the embedded player page.
import "./styles/base.css";
import "./styles/stage.css";
import "./styles/controls.css";
import "./styles/check.css";
import "./styles/panel.css";
import "./styles/refusal.css";
import { enter } from "./enter";

void enter(document.body);
