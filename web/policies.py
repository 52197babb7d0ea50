"""At which names we answer, and what browsers are told that our pages may do.

Rule: told what the settings say, reads none of them; what is not named here is refused.
"""

from urllib.parse import urlsplit

from web.databases import LOCAL_HOSTS

# What a console has no need of.
DENIED = (
    "accelerometer",
    "autoplay",
    "camera",
    "display-capture",
    "encrypted-media",
    "geolocation",
    "gyroscope",
    "hid",
    "idle-detection",
    "magnetometer",
    "microphone",
    "midi",
    "payment",
    "screen-wake-lock",
    "serial",
    "usb",
    "xr-spatial-tracking",
)
OWN = ("clipboard-write", "fullscreen", "publickey-credentials-create", "publickey-credentials-get")


def answered_hosts(site: str, domain: str, *, has_tls: bool) -> list[str]:
    """Return the names that we answer to; those of this machine only where no TLS is in front.

    Args:
        site: The address that links in mails begin with; empty: it is not known.
        domain: The name that the platform gave us; empty: none.
        has_tls: Whether TLS ends in front of us.
    """
    named = [host for host in (urlsplit(site).hostname, domain) if host]
    return [*named, *LOCAL_HOSTS] if not (named and has_tls) else named


def content_security_policy(*, uploads: str, tiles: str) -> dict[str, list[str]]:
    """Return the sources that each directive allows; an empty one is none.

    Args:
        uploads: The origin that files are sent to.
        tiles: The address of the pictures of maps.
    """
    return {
        "default-src": ["'none'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "img-src": ["'self'", "data:", tiles_origin(tiles)],
        "font-src": ["'self'"],
        "connect-src": ["'self'", uploads],
        "form-action": ["'self'"],
        "object-src": ["'none'"],
        "base-uri": ["'none'"],
        "frame-ancestors": ["'none'"],
    }


def storage_origin(*, bucket: str, region: str, endpoint: str = "") -> str:
    """Return the origin that a browser uploads to; empty: there is no object store."""
    if endpoint:
        parts = urlsplit(endpoint)
        return f"{parts.scheme}://{parts.netloc}"
    return f"https://{bucket}.s3.{region}.amazonaws.com" if bucket else ""


def tiles_origin(address: str) -> str:
    """Return the origin that maps load pictures from; ``{s}`` stands for any name of a host."""
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc.replace('{s}', '*')}" if address else ""


def other_policies(*, has_tiles: bool) -> dict[str, str]:
    """Return the other headers by their names."""
    permissions = [*(f"{name}=()" for name in DENIED), *(f"{name}=(self)" for name in OWN)]
    return {
        "Permissions-Policy": ", ".join(permissions),
        "Cross-Origin-Resource-Policy": "same-origin",
        # Map pictures come from elsewhere and rarely say that they may: then without credentials.
        "Cross-Origin-Embedder-Policy": "credentialless" if has_tiles else "require-corp",
    }
