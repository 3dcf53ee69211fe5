// Runs while the page is read, so that nothing moves under its reader's eyes once the other scripts have come.
import { localTimes, showRole } from "./reader";
import { remembered } from "./remembered";

const watch = new MutationObserver(() => {
  localTimes();
  showRole(remembered());
});
watch.observe(document, { childList: true, subtree: true });
document.addEventListener("DOMContentLoaded", () => watch.disconnect());

let held: (() => void) | undefined;

// What only a script sends would, sent before that script is there, come back as a new page with all that was typed in its address.
addEventListener("submit", (event) => {
  const form = event.target as HTMLFormElement;
  if (event.defaultPrevented || form.hasAttribute("method")) return;
  event.preventDefault();
  held = () => form.requestSubmit(event.submitter);
});
document.addEventListener("redress:ready", () => {
  const again = held;
  held = undefined;
  again?.();
});
