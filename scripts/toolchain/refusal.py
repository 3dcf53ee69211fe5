"""A refusal: what is wrong and what to do about it, in one plain line."""

import errno
import sys
from collections.abc import Callable


class Refusal(Exception):
    """Something outside the program stands in the way; a person can put it right.

    Args:
        problem: what is wrong, without a full stop.
        remedy: what to do, in the imperative, without a full stop.
    """

    def __init__(self, problem: str, remedy: str) -> None:
        super().__init__(f"{problem}. {remedy}.")
        self.problem = problem
        self.remedy = remedy


def exit_code_of(work: Callable[[], int]) -> int:
    """Run `work` and turn refusals into one line on stderr and exit code 1.

    Returns:
        What `work` returned, 1 after a refusal, 130 after Ctrl-C.
    """
    try:
        return work()
    except Refusal as refusal:
        line = str(refusal)
    except KeyboardInterrupt:
        return 130
    except OSError as error:
        if error.errno not in (errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EACCES):
            raise
        where = error.filename or "a file"
        line = (
            f"cannot write {where}: {error.strerror}. Make room or mend the rights and run again."
        )
    sys.stdout.flush()
    sys.stderr.write(f"refused: {line}\n")
    return 1
