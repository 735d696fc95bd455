"""A page, and what it did that none of ours may do."""

from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from playwright.sync_api import ConsoleMessage, Page, Request

AXE = Path(__file__).parents[2] / "web" / "node_modules" / "axe-core" / "axe.min.js"
# A button on its way from one colour to another is in no state: its contrast is judged there.
SETTLED = """Promise.all(document.getAnimations()
    .filter((animation) => animation instanceof CSSTransition)
    .map((transition) => transition.finished.catch(() => null)))"""
NETWORK = ("http", "https", "ws", "wss")


@dataclass
class Witness:
    """Sees what a page complains of, and whom else than us it asks."""

    page: Page
    complaints: list[str] = field(default_factory=list)
    foreign: list[str] = field(default_factory=list)

    def watch(self, ours: Collection[str], is_bad: Callable[[ConsoleMessage], bool]) -> None:
        """From now on; ours: URLs of the servers it may ask; is_bad: of the console's messages."""
        hosts = {urlsplit(url).netloc for url in ours}

        def on_request(request: Request) -> None:
            parts = urlsplit(request.url)
            if parts.scheme in NETWORK and parts.netloc not in hosts:
                self.foreign.append(request.url)

        def on_console(message: ConsoleMessage) -> None:
            if is_bad(message):
                self.complaints.append(message.text)

        self.page.on("request", on_request)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("console", on_console)

    def violations(self) -> list[str]:
        """What axe objects to in the present state, best practices included."""
        self.page.evaluate(AXE.read_text(encoding="utf-8"))
        self.page.evaluate(SETTLED)
        found = self.page.evaluate("axe.run(document, {resultTypes: ['violations']})")
        return [
            f"{rule['id']}: {node['html'][:200]}"
            for rule in found["violations"]
            for node in rule["nodes"]
        ]
