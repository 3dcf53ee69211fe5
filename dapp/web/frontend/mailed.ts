// A draft that came by e-mail: its files are fetched into the form, as if the reader had chosen them.
import { problem } from "./api";
import { report } from "./progress";
import { add } from "./statement";

const PATH = "/v1/drafts/email";

interface Mailed {
  name: string;
  media_type: string;
  kind: string;
}

export async function bring(form: HTMLFormElement, statement: HTMLElement): Promise<void> {
  const files = JSON.parse(form.dataset["mailed"]!) as Mailed[];
  delete form.dataset["mailed"];
  try {
    for (const [place, { name, media_type, kind }] of files.entries()) {
      const response = await fetch(`${PATH}/files/${place}`, { headers: bearer(form.dataset["draft"]!) });
      if (!response.ok) throw problem(await response.json());
      add(statement, [new File([await response.blob()], name, { type: media_type })], kind);
    }
  } catch (error) {
    report((error as Error).message, "failed");
  }
}

/** Once it is filed, the service need not keep it. */
export async function drop(name: string): Promise<void> {
  await fetch(PATH, { method: "DELETE", headers: bearer(name), keepalive: true }).catch(() => null);
}

function bearer(name: string): HeadersInit {
  return { Authorization: `Bearer ${name.slice("mail.".length)}` };
}
