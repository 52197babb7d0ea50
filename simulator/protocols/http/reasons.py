"""What an answer says that is no acknowledgement, in words for the log.

Rule: equal failures have equal words, so that they group, and none holds a secret.
"""

from urllib.parse import urlsplit

from simulator.protocols.http.response import Answer

MAX_LOCATION = 200  # characters of a redirect's address in a reason

# All of IANA's registry (RFC 9110, section 15, RFC 6585 and others); not from the standard library,
# which renames them.
_WORDS = {
    300: "multiple choices", 301: "moved", 302: "found elsewhere", 303: "see elsewhere",
    304: "not modified", 305: "use a proxy", 307: "moved for now", 308: "moved for good",
    400: "bad request", 401: "not authorised", 402: "payment required", 403: "forbidden",
    404: "not found", 405: "method not allowed", 406: "not acceptable",
    407: "proxy wants authentication", 408: "request timed out", 409: "conflict", 410: "gone",
    411: "length required", 412: "precondition failed", 413: "body too large",
    414: "path too long", 415: "content type not taken", 416: "range not to be had",
    417: "expectation failed", 418: "a teapot",
    421: "wrong server for this host", 422: "content not processed", 423: "locked",
    424: "failed dependency", 425: "too early", 426: "another protocol required",
    428: "precondition required", 429: "too many requests", 431: "headers too large",
    451: "unavailable for legal reasons",
    500: "server error", 501: "not implemented", 502: "bad gateway", 503: "service unavailable",
    504: "gateway timed out", 505: "HTTP version not taken", 506: "negotiation in a circle",
    507: "insufficient storage", 508: "loop detected", 510: "extension required",
    511: "network wants authentication",
}  # fmt: skip
_CLASSES = {3: "redirected", 4: "request refused", 5: "server error"}


def reason(answer: Answer) -> str:
    """Return why the answer is no acknowledgement; empty for 2xx.

    A redirect names where to, without user, query and fragment: they may hold secrets.
    """
    status = answer.status
    if 200 <= status < 300:
        return ""
    if 300 <= status < 400 and answer.location:
        return f"HTTP {status}, redirects to {public(answer.location)}"
    words = _WORDS.get(status) or _CLASSES.get(status // 100, "not a status of HTTP")
    return f"HTTP {status}: {words}"


def public(location: str) -> str:
    """Return an address as it may stand in a log, at most ``MAX_LOCATION`` characters."""
    try:
        parts = urlsplit(location)
    except ValueError:
        return "what is no address"
    host = parts.netloc.rpartition("@")[2]
    shown = parts._replace(netloc=host, query="", fragment="").geturl()
    return "".join(c if c.isprintable() else "?" for c in shown[:MAX_LOCATION])
