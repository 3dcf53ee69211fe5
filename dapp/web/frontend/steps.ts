// What a form needs before it is signed, by its data-before; the files of its statement go last.
import { act, type Before } from "./act";

const upload: Before = async (form, found) => (await import("./statement")).upload(form, found);
const steps: Record<string, Before> = {
  commit: async (form, found) => (await import("./vote")).commit(form, found),
  reveal: async (form, found) => (await import("./vote")).reveal(form, found),
  pay: async (form, found) => (await import("./pay")).hide(form, found),
  policy: async (form, found) => (await import("./policy")).collect(form, found),
  accuse: async (form, found) => (await import("./accuse")).hide(form, found),
  "name-accused": async (form, found) => (await import("./accuse")).name(form, found),
  many: async (form, found) => (await import("./desk")).choose(form, found),
  key: async (form, found) => (await import("./keyring")).make(form, found),
};

export async function send(form: HTMLFormElement, button: HTMLElement | null): Promise<void> {
  const own = steps[form.dataset["before"] ?? ""];
  await act(form, own ? [own, upload] : [upload], button?.dataset["onlySign"] !== undefined);
}
