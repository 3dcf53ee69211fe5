// Runs while the page is read, so that nothing moves under its reader's eyes once the other scripts have come.
import { localTimes, showRole } from "./reader";
import { remembered } from "./remembered";

const watch = new MutationObserver(() => {
  localTimes();
  showRole(remembered());
});
watch.observe(document, { childList: true, subtree: true });
document.addEventListener("DOMContentLoaded", () => watch.disconnect());
