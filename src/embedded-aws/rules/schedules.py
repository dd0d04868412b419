"""Schedule expressions of Application Auto Scaling, AWS Backup and EventBridge."""

import re

EXPRESSION = (
    r"at\(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\)|rate\((1 (minute|hour|day)|"
    r"([2-9]|[1-9]\d+) (minutes|hours|days))\)|cron\((\S+\s+){5}\S+\)"
)
# Least and greatest number of each field of cron().
FIELDS = ((0, 59), (0, 23), (1, 31), (1, 12), (1, 7), (1970, 2199))


def is_schedule(text: str) -> bool:
    if not re.fullmatch(EXPRESSION, text):
        return False
    if not text.startswith("cron("):
        return True
    fields = text[5:-1].split()
    for field, (least, most) in zip(fields, FIELDS):
        numbers = map(int, re.findall(r"(?<![/#\d])\d+", field))
        if not re.fullmatch(r"[0-9A-Za-z*?/,#LW-]+", field):
            return False
        if not all(least <= number <= most for number in numbers):
            return False
    # One of the day of the month and the day of the week must be a question mark.
    return (fields[2] == "?") != (fields[4] == "?")
