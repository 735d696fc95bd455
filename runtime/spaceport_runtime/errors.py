"""The one error tree.

SpaceportError
├── Retryable    the world is busy: back to the queue with growing delay, never to the DLQ
│   ├── NoCapacity   the account's instance quota is used up: wait in line
│   └── Denied       AWS says no in a way that only an operator can mend: wait, and ring the alarm
├── Poison       the message can never work: to the DLQ at once, with the reason
├── UserError    the user's input is wrong: StageFailed or CaptureRejected, with the remedy
└── Killed       somebody unknown ended the process: worth one more attempt

The last two carry a `Failure`, which is the one shape in which they travel from there to the
user's mail.
"""

from spaceport_contracts.failure import Failure, FailureClass


class SpaceportError(Exception):
    """Base of everything that Spaceport raises on purpose."""


class Retryable(SpaceportError):
    """Throttling or an outage: the same message can work later."""


class NoCapacity(Retryable):
    """The account's quota for the instance type is used up."""


class Denied(Retryable):
    """AWS refuses what was never refused before: a permission, a role, a setting is wrong.

    No job and no user is at fault, so nothing fails for it: it waits, with an alarm, until an
    operator has mended it. `code` is AWS's error code.
    """

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


class Poison(SpaceportError):
    """The message can never be handled, however often it comes."""


class UserError(SpaceportError):
    """The input cannot work; says what is wrong and what to do about it."""

    def __init__(self, message: str, remedy: str) -> None:
        super().__init__(f"{message} {remedy}")
        self.message = message
        self.remedy = remedy

    @property
    def failure(self) -> Failure:
        """The error as it travels."""
        return Failure(failure_class=FailureClass.USER, reason=self.message, remedy=self.remedy)

    @classmethod
    def of(cls, failure: Failure) -> "UserError":
        """The error that travelled."""
        return UserError(failure.reason, failure.remedy)


class Killed(SpaceportError):
    """A process got a SIGKILL that nobody here sent: most often the kernel's, for memory.

    It may have been something else (a machine that was shut down), so one more attempt is made
    before the user is told.
    """

    def __init__(self, what: str) -> None:
        self.failure = Failure(
            failure_class=FailureClass.INTERNAL,
            reason=f"{what} was killed, most likely because the machine ran out of memory.",
            remedy="Choose a lower quality, upload fewer photos, or use a larger instance, then "
            "run it again.",
            retries=1,
        )
        super().__init__(self.failure.reason)
