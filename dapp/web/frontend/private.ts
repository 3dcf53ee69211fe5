// What the pages need for private evidence, found by data-private: statements, the case's box, the page of keys.
import { me } from "./wallet";

let listens = false;

/** `fail` says to the reader what went wrong. */
export async function start(fail: (error: unknown) => void): Promise<void> {
  for (const part of document.querySelectorAll<HTMLElement>("[data-script]")) part.hidden = false;
  if (!listens) {
    listens = true;
    document.addEventListener("redress:account", () => void begin().catch(fail));
    document.addEventListener("click", (event) => void clicked(event.target as Element).catch(fail));
    document.addEventListener("change", (event) => void changed(event.target as Element).catch(fail));
    document.addEventListener("submit", (event) => void submitted(event).catch(fail));
  }
  await begin();
}

/** For whoever is connected; again when that changes, and after every swap. */
async function begin(): Promise<void> {
  for (const statement of document.querySelectorAll<HTMLElement>("[data-statement][data-private]")) {
    if (statement.querySelector("[data-seal]:checked")) await (await import("./choosing")).tell(statement);
  }
  if (!me()) return;
  if (document.querySelector("[data-recipient]")) (await import("./keypage")).show();
  if (document.querySelector("[data-private-box]")) await (await import("./handover")).show();
}

async function clicked(target: Element): Promise<void> {
  const button = target.closest<HTMLElement>("[data-open], [data-make-key], [data-save], [data-hand-over], [data-sign-in], [data-erase]");
  if (!button) return;
  if ("open" in button.dataset) await (await import("./reading")).open(button.closest<HTMLElement>("[data-sealed]")!);
  else if ("makeKey" in button.dataset) await (await import("./choosing")).makeKey(button);
  else if ("save" in button.dataset) (await import("./keypage")).save();
  else await (await import("./handover")).press(button);
}

async function changed(target: Element): Promise<void> {
  const statement = target.closest<HTMLElement>("[data-statement][data-private]");
  if (statement && target.matches("[data-seal], [data-files]")) await (await import("./choosing")).tell(statement);
  if (target.matches("input[name=order]")) {
    const own = target.closest("form")?.querySelector<HTMLElement>("[data-statement][data-private]");
    if (own) await (await import("./choosing")).tell(own);
  }
}

async function submitted(event: SubmitEvent): Promise<void> {
  const form = event.target as HTMLFormElement;
  if ("restore" in form.dataset) {
    event.preventDefault();
    await (await import("./keypage")).bring(form);
  }
  if ("unopened" in form.dataset) {
    event.preventDefault();
    await (await import("./handover")).complain(form);
  }
}
