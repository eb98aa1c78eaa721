"""A rough name of a browser, so that people recognize their sessions: "Firefox on Windows"."""

# The first that the header contains; most browsers also name those they want to be taken for.
_BROWSERS = {
    "Edg": "Edge",
    "OPR/": "Opera",
    "SamsungBrowser/": "Samsung Internet",
    "FxiOS/": "Firefox",
    "Firefox/": "Firefox",
    "CriOS/": "Chrome",
    "Chrome/": "Chrome",
    "Safari/": "Safari",
}
_SYSTEMS = {
    "iPhone": "iPhone",
    "iPad": "iPad",
    "Android": "Android",
    "Windows": "Windows",
    "CrOS": "ChromeOS",
    "Mac OS X": "macOS",
    "Linux": "Linux",
}
UNKNOWN = "Unknown browser"


def browser_name(user_agent: str) -> str:
    """Made of words from the lists above alone, so a header cannot put a text into the page."""
    browser = next((name for mark, name in _BROWSERS.items() if mark in user_agent), UNKNOWN)
    system = next((name for mark, name in _SYSTEMS.items() if mark in user_agent), None)
    return f"{browser} on {system}" if system else browser
