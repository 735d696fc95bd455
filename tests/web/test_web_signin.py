"""Sign-in as on AWS, with the true protocol, against a small server of our own."""

from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from tests.infra.served import Served
from tests.web.oidc import SUBJECT, SignInServer, sign_in_server
from tests.web.site import Visit, answer, visit
from tests.web.states import listing

TOKENS = "JSON.parse(sessionStorage.getItem('spaceport.tokens'))"


@pytest.fixture
def server(cloud: Served) -> Iterator[SignInServer]:
    with sign_in_server(cloud.cloud.token) as found:
        yield found


@contextmanager
def visitor_on_aws(browser: Browser, cloud: Served, server: SignInServer) -> Iterator[Visit]:
    """The embedded cloud's pages, told what AWS's `config.json` and policy tell them."""

    def allow(route: Route) -> None:
        response = route.fetch()
        headers = dict(response.headers)
        policy = headers.get("content-security-policy", "")
        headers["content-security-policy"] = policy.replace(
            "connect-src 'self'", f"connect-src 'self' {server.url}"
        )
        route.fulfill(response=response, headers=headers)

    with visit(browser, cloud, signed_in=False, also=(server.url,)) as visitor:
        paths = ("/", "/captures", "/new")
        visitor.page.route(lambda url: urlsplit(url).path in paths, allow)
        answer(visitor.page, "/config.json", server.config)
        yield visitor


def go_in(page: Page) -> None:
    """By the button, and then by the sign-in's own page."""
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("link", name="Continue").click()


def test_in_and_out_again(browser: Browser, cloud: Served, server: SignInServer) -> None:
    with visitor_on_aws(browser, cloud, server) as visitor:
        page = visitor.page
        visitor.open("/captures")
        expect(page.get_by_role("heading", name="Sign in first")).to_be_visible()
        assert visitor.violations() == []
        asked = list[str]()
        page.on(
            "request",
            lambda request: (
                asked.append(request.headers.get("authorization", ""))
                if urlsplit(request.url).path == "/jobs"
                else None
            ),
        )
        go_in(page)
        expect(page.get_by_role("heading", name="Captures", exact=True)).to_be_visible()
        assert page.url == f"{visitor.api_url}/captures"
        assert server.asked == ["authorize", "authorization_code"]
        assert server.refused == []
        assert page.evaluate(f"{TOKENS}.subject") == SUBJECT
        expect(page.get_by_text("No captures yet")).to_be_visible()
        assert set(asked) == {f"Bearer {cloud.cloud.token}"}
        assert page.evaluate("localStorage.getItem('spaceport.tokens')") is None
        page.reload()
        expect(page.get_by_role("heading", name="Captures", exact=True)).to_be_visible()
        assert visitor.violations() == []
        page.get_by_role("button", name="Sign out").click()
        expect(page.get_by_role("button", name="Sign in")).to_be_visible()
        assert server.asked[-1] == "logout"
        assert page.evaluate("sessionStorage.getItem('spaceport.tokens')") is None


def test_a_sign_out_is_one_for_all_tabs(
    browser: Browser, cloud: Served, server: SignInServer
) -> None:
    channel = "new BroadcastChannel('spaceport.signed-out')"
    with visitor_on_aws(browser, cloud, server) as visitor:
        page = visitor.page
        visitor.open("/captures")
        go_in(page)
        out = page.get_by_role("button", name="Sign out")
        expect(out).to_be_visible()
        other = page.context.new_page()
        other.goto(f"{visitor.api_url}/icon.svg")
        other.evaluate(f"() => {channel}.postMessage(null)")
        expect(page.get_by_role("heading", name="Sign in first")).to_be_visible()
        assert page.evaluate("sessionStorage.getItem('spaceport.tokens')") is None
        other.evaluate(f"() => {{ {channel}.onmessage = () => {{ window.told = true; }}; }}")
        go_in(page)
        out.click()
        other.wait_for_function("() => window.told")


def test_an_expired_token_is_renewed_once_for_all_requests(
    browser: Browser, cloud: Served, server: SignInServer
) -> None:
    server.lives_s = 1
    with visitor_on_aws(browser, cloud, server) as visitor:
        page = visitor.page
        visitor.open("/captures")
        go_in(page)
        expect(page.get_by_role("heading", name="Captures", exact=True)).to_be_visible()
        expect(page.get_by_text("No captures yet")).to_be_visible()
        assert server.asked == ["authorize", "authorization_code", "refresh_token"]
        page.evaluate(
            f"() => {{ const tokens = {TOKENS}; tokens.expiresAt = 0;"
            " sessionStorage.setItem('spaceport.tokens', JSON.stringify(tokens)); }"
        )
        server.is_over = True  # as after a year, or when an administrator ends it
        page.reload()
        expect(page.get_by_role("heading", name="Sign in first")).to_be_visible()
        assert server.refused == ["invalid_grant"]


def test_an_answer_that_was_not_asked_for_signs_nobody_in(
    browser: Browser, cloud: Served, server: SignInServer
) -> None:
    """A stranger's link with a stranger's code: nothing is sent to the token endpoint."""
    with visitor_on_aws(browser, cloud, server) as visitor:
        page = visitor.page
        for told in ("code=abc&state=xyz", "error=access_denied&state=xyz"):
            visitor.open(f"/?{told}")
            expect(page.get_by_text("You could not be signed in")).to_be_visible()
            assert urlsplit(page.url).query == ""
        page.evaluate(
            "() => sessionStorage.setItem('spaceport.attempt',"
            " JSON.stringify({state: 'mine', verifier: 'v'.repeat(43), returnTo: '/'}))"
        )
        visitor.open("/?code=abc&state=theirs")
        expect(page.get_by_text("You could not be signed in")).to_be_visible()
        assert server.asked == []
        assert page.evaluate("sessionStorage.getItem('spaceport.tokens')") is None


def test_pictures_are_asked_for_by_links_that_need_no_token(
    browser: Browser, cloud: Served, server: SignInServer
) -> None:
    with visitor_on_aws(browser, cloud, server) as visitor:
        page, links = visitor.page, list[str]()

        def give_link(route: Route) -> None:
            links.append(route.request.headers.get("authorization", ""))
            route.fulfill(json={"url": f"{visitor.api_url}/icon.svg", "expiresAt": "2030-01-01"})

        answer(page, "/jobs", listing)
        page.route("**/files/preview.png?as=link", give_link)
        visitor.open("/captures")
        go_in(page)
        picture = page.get_by_role("img", name="Holiday pictures: a view of the scene").or_(
            page.get_by_role("img", name="Chapel: a view of the scene")
        )
        expect(picture).to_have_attribute("src", f"{visitor.api_url}/icon.svg")
        assert set(links) == {f"Bearer {cloud.cloud.token}"}
