// Runs while the page is read, so that nothing moves under its reader's eyes once the other scripts have come.
import { localTimes, showRole } from "./reader";
import { remembered } from "./remembered";

const watch = new MutationObserver(() => {
  localTimes();
  showRole(remembered());
});
watch.observe(document, { childList: true, subtree: true });
document.addEventListener("DOMContentLoaded", () => watch.disconnect());

let held: SubmitEvent | undefined;

// What only a script sends would, sent before that script is there, come back as a new page with all that was typed in its address.
addEventListener("submit", (event) => {
  const form = event.target as HTMLFormElement;
  if (form.hasAttribute("method")) return;
  // Who presses again once the script is there has sent it.
  if (event.defaultPrevented && held?.target === form) held = undefined;
  if (event.defaultPrevented) return;
  event.preventDefault();
  held = event;
});
document.addEventListener("redress:ready", () => {
  const again = held;
  held = undefined;
  if (again) (again.target as HTMLFormElement).requestSubmit(again.submitter);
});
