"""What browsers call themselves, in words that people know."""

BROWSERS = {"Edg/": "Edge", "OPR/": "Opera", "Firefox/": "Firefox", "Chrome/": "Chrome"}
SYSTEMS = {"Windows": "Windows", "iPhone": "iPhone", "iPad": "iPad", "Android": "Android"}
SYSTEMS |= {"Mac OS X": "macOS", "CrOS": "ChromeOS", "Linux": "Linux"}


def device_words(agent: str) -> str:
    """Return what a browser calls itself, in short: "Firefox on Windows"."""
    browser = next((name for mark, name in BROWSERS.items() if mark in agent), "")
    browser = browser or ("Safari" if "Safari/" in agent else agent[:40] or "An unnamed program")
    system = next((name for mark, name in SYSTEMS.items() if mark in agent), "")
    return f"{browser} on {system}" if system else browser
