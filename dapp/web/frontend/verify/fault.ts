/** What is wrong with a bundle, by its stable code (docs/audit.md). `detail` is for people, in English. */
export class Fault extends Error {
  constructor(
    readonly code: string,
    readonly detail: string,
  ) {
    super(`${code}: ${detail}`);
  }
}

export function demand(holds: boolean, code: string, detail: string): asserts holds {
  if (!holds) throw new Fault(code, detail);
}

/** Whatever goes wrong inside goes by `code`: bytes from outside must end in a verdict, never in an exception. */
export function under<T>(code: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw asFault(error, code);
  }
}

export function asFault(error: unknown, code: string): Fault {
  return error instanceof Fault ? error : new Fault(code, error instanceof Error ? error.message : String(error));
}

/** Nothing where it throws. */
export function attempt<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch {
    return undefined;
  }
}
