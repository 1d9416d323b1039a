"""The browsable page of the API. It loads only files of this server and holds no inline script.

`/assets/docs/` carries swagger-ui, put there when the pages are built.
"""

from litestar import Response, get

PAGE = b"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Rollcall API v1</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/assets/docs/swagger-ui.css">
</head>
<body>
<div id="api"></div>
<noscript><a href="/api/v1/openapi.json">openapi.json</a></noscript>
<script src="/assets/docs/swagger-ui-bundle.js"></script>
<script src="/api/docs/init.js"></script>
</body>
</html>
"""
INIT = b"""SwaggerUIBundle({url: "/api/v1/openapi.json", dom_id: "#api", deepLinking: true, validatorUrl: null});
"""
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)


@get("/api/docs", include_in_schema=False, sync_to_thread=False)
def read_page() -> Response[bytes]:
    """Return the browsable description."""
    headers = {"Content-Security-Policy": POLICY, "X-Content-Type-Options": "nosniff"}
    return Response(PAGE, media_type="text/html", headers=headers)


@get("/api/docs/init.js", include_in_schema=False, sync_to_thread=False)
def read_init() -> Response[bytes]:
    """Return the few lines that start the page."""
    return Response(INIT, media_type="text/javascript", headers={"X-Content-Type-Options": "nosniff"})


handlers = [read_page, read_init]
