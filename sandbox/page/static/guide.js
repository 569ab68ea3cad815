// The line that tells a newcomer what to do next; it can be folded away and stays so.
import { byId } from "./wire.js";

const FOLDED = "guide-folded";

export function start() {
  byId("guide").open = localStorage.getItem(FOLDED) === null;
  byId("guide").addEventListener("toggle", (event) => {
    if (event.target.open) localStorage.removeItem(FOLDED);
    else localStorage.setItem(FOLDED, "yes");
  });
}

/** Mark the step she is at, as far as the page can see it. */
export function show(chat, desks) {
  const now = step(chat, desks);
  [...byId("guide-steps").children].forEach((line, index) => {
    if (index === now) line.setAttribute("aria-current", "step");
    else line.removeAttribute("aria-current");
  });
}

function step(chat, desks) {
  if (!chat.begun) return 0;
  if (desks.spoken) return 4;
  if (desks.arrived) return 3;
  if (chat.page) return 1;
  return chat.paged ? 2 : 0;
}
