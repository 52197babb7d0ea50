"""HTTP/1.1, the client's side, without input or output: requests with a body, one at a time.

Rule: a request head is compiled once a mock; a response is read to its end and judged by its
status. Source: RFC 9110 (semantics) and RFC 9112 (messages).
"""

from simulator.protocols.http.reasons import reason
from simulator.protocols.http.request import Request, target_path
from simulator.protocols.http.response import Answer, Response, whole_answer

__all__ = ["Answer", "Request", "Response", "reason", "target_path", "whole_answer"]
