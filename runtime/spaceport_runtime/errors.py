"""The one error tree.

SpaceportError
├── Retryable    the world is busy: back to the queue with growing delay, never to the DLQ
│   └── NoCapacity   the account's instance quota is used up: wait in line
├── Poison       the message can never work: to the DLQ at once, with the reason
└── UserError    the user's input is wrong: StageFailed or CaptureRejected, with the remedy
"""


class SpaceportError(Exception):
    """Base of everything that Spaceport raises on purpose."""


class Retryable(SpaceportError):
    """Throttling or an outage: the same message can work later."""


class NoCapacity(Retryable):
    """The account's quota for the instance type is used up."""


class Poison(SpaceportError):
    """The message can never be handled, however often it comes."""


class UserError(SpaceportError):
    """The input cannot work; says what is wrong and what to do about it."""

    def __init__(self, message: str, remedy: str) -> None:
        super().__init__(f"{message} {remedy}")
        self.message = message
        self.remedy = remedy
