/** What could not be sealed or opened. `code` is the same as in evidence/errors.py; only browsers say `file_unreadable`. */
export class SealError extends Error {
  constructor(
    readonly code: string,
    message: string,
  ) {
    super(message);
  }
}
