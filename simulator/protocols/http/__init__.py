"""HTTP/1.1, the client's side, without input or output: requests with a body, one at a time.

Rule: a request head is compiled once a mock; a response is read to its end and judged by its
status. Source: RFC 9110 (semantics) and RFC 9112 (messages).
"""

from simulator.protocols.http.fields import has_field
from simulator.protocols.http.granting import MAX_GRANT, Grant, read_grant, token_request
from simulator.protocols.http.path import target_path
from simulator.protocols.http.reasons import reason
from simulator.protocols.http.redirecting import Hop, is_redirect, next_hop
from simulator.protocols.http.request import Framing, Request
from simulator.protocols.http.response import Answer, Response, whole_answer
from simulator.protocols.http.signing import Signer
from simulator.protocols.http.together import Gathered, check_fits, content_type, joined

__all__ = [
    "MAX_GRANT",
    "Answer",
    "Framing",
    "Gathered",
    "Grant",
    "Hop",
    "Request",
    "Response",
    "Signer",
    "check_fits",
    "content_type",
    "has_field",
    "is_redirect",
    "joined",
    "next_hop",
    "read_grant",
    "reason",
    "target_path",
    "token_request",
    "whole_answer",
]
