"""Backup and maintenance windows of RDS and ElastiCache."""

import re

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
DAY = 24 * 60
WEEK = 7 * DAY

# Start, in minutes after midnight or after the week's, and length in minutes.
Window = tuple[int, int]


def minutes(text: str) -> int | None:
    match = re.fullmatch(r"([01]\d|2[0-3]):([0-5]\d)", text)
    return int(match[1]) * 60 + int(match[2]) if match else None


def daily(text: str | None) -> Window | None:
    """A window such as `03:00-04:00`."""
    ends = [minutes(end) for end in (text or "").split("-")]
    if len(ends) != 2 or None in ends:
        return None
    return ends[0], (ends[1] - ends[0]) % DAY


def weekly(text: str | None) -> Window | None:
    """A window such as `sun:04:00-sun:05:00`."""
    match = re.fullmatch(r"(\w{3}):(\d\d:\d\d)-(\w{3}):(\d\d:\d\d)", (text or "").lower())
    if match is None or match[1] not in DAYS or match[3] not in DAYS:
        return None
    times = minutes(match[2]), minutes(match[4])
    if None in times:
        return None
    start, end = (DAYS.index(match[n]) * DAY + time for n, time in zip((1, 3), times))
    return start, (end - start) % WEEK


def overlap(every_day: Window | None, every_week: Window | None) -> bool:
    if not every_day or not every_week:
        return False
    starts = (day * DAY + every_day[0] for day in range(7))
    return any(
        (every_week[0] - start) % WEEK < every_day[1]
        or (start - every_week[0]) % WEEK < every_week[1]
        for start in starts
    )
