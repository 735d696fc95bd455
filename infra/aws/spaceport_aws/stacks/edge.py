"""What CloudFront itself does: which file answers a page, how people sign in, the API's paths."""

import json
from collections.abc import Sequence

from spaceport_topology.pages import INDEX, SCENES, VIEWER
from spaceport_topology.wiring import RouteSpec


def page_function() -> str:
    """A page of the app is no file: whatever has no dot in its name is answered by the app."""
    scenes = "|".join(scene.rstrip("/") for scene in SCENES)
    return f"""function handler(event) {{
  var request = event.request;
  var name = request.uri.split('/').pop();
  if (name.indexOf('.') === -1) {{
    request.uri = /^\\/({scenes})\\//.test(request.uri) ? '/{VIEWER}' : '/{INDEX}';
  }}
  return request;
}}
"""


def config_function(config: str) -> str:
    """Answers `/config.json`; `config`: JSON, whose values the deployment may fill in."""
    return f"""function handler(event) {{
  return {{
    statusCode: 200,
    statusDescription: 'OK',
    headers: {{
      'content-type': {{ value: 'application/json' }},
      'cache-control': {{ value: 'no-cache' }}
    }},
    body: JSON.stringify({config})
  }};
}}
"""


def sign_in_config(domain: str, issuer: str, client_id: str) -> str:
    """As pages read it (web/src/auth/config.ts)."""
    sign_in = {
        "kind": "cognito",
        "domain": domain,
        "issuer": issuer,
        "clientId": client_id,
        "scopes": ["openid", "email"],
    }
    return json.dumps({"signIn": sign_in})


OWN_SIGN_IN = json.dumps({"signIn": {"kind": "own"}})


def api_patterns(routes: Sequence[RouteSpec]) -> list[str]:
    """CloudFront's patterns for the API's paths, from the services' declarations.

    `/jobs/{job_id}` -> `jobs/*`: by the first part, which no page has.
    """
    found = set()
    for route in routes:
        first, _, rest = route.path.lstrip("/").partition("/")
        found.add(f"{first}/*" if rest else first)
    return sorted(found)
