// The page of somebody's key: one thing to do, by what is on chain and what this browser holds.
import { kept, painted, restore, saveAgain } from "./keyring";
import { report } from "./progress";
import { say } from "./words";

function part(): HTMLElement {
  return document.querySelector<HTMLElement>("[data-recipient]")!;
}

export function show(): void {
  const onChain = part().dataset["recipient"]!;
  const here = kept();
  const holds = here.some((one) => one.recipient === onChain);
  const state = holds ? "here" : onChain ? "away" : here.length ? "unregistered" : "none";
  for (const one of part().querySelectorAll<HTMLElement>("[data-when]")) {
    one.hidden = !one.dataset["when"]!.split(" ").includes(state);
  }
  const form = part().querySelector<HTMLFormElement>("[data-when=unregistered] form")!;
  form.dataset["recipient"] = here[0]?.recipient ?? "";
}

export function save(): void {
  saveAgain(part().dataset["recipient"]!);
}

export async function bring(form: HTMLFormElement): Promise<void> {
  const file = form.querySelector<HTMLInputElement>("input[type=file]")!.files![0]!;
  report(say("key-opening"), "busy");
  await painted();
  const key = await restore(file, form.querySelector<HTMLInputElement>("input[type=password]")!.value);
  form.reset();
  const isCurrent = key.recipient === part().dataset["recipient"];
  report(say(isCurrent ? "key-back" : "key-back-old"), "done");
  show();
}
