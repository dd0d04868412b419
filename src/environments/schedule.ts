/** The fields of a schedule expression: smallest and largest value, names of values, and other signs. */
const fields = [
  { range: [0, 59], names: "", signs: /^$/ },
  { range: [0, 23], names: "", signs: /^$/ },
  { range: [1, 31], names: "", signs: /^(\?|L|L?W|\d+W)$/ },
  { range: [1, 12], names: "JAN FEB MAR APR MAY JUN JUL AUG SEP OCT NOV DEC", signs: /^$/ },
  { range: [1, 7], names: "SUN MON TUE WED THU FRI SAT", signs: /^(\?|L|[1-7]L|[1-7]#[1-5])$/ },
  { range: [1970, 2199], names: "", signs: /^$/ },
] as const;

/**
 * Fault of a schedule expression; undefined where AWS accepts it.
 * Source: "Cron expressions", "Rate expressions", Application Auto Scaling user guide.
 */
export function scheduleFault(schedule: string): string | undefined {
  const [, kind, inner = ""] = /^(cron|rate|at)\((.+)\)$/.exec(schedule) ?? [];
  if (kind === "at") {
    return isMoment(inner)
      ? undefined
      : "at(...) must have a date and a time, such as at(2030-01-31T07:00:00)";
  }
  if (kind === "rate") {
    const [, count = "0", plural] = /^(\d+) (?:minute|hour|day)(s?)$/.exec(inner) ?? [];
    return Number(count) > 0 && (count === "1") === (plural === "")
      ? undefined
      : "rate(...) must be rate(1 minute), rate(1 hour) or rate(1 day), or have a larger number with minutes, hours or days";
  }
  if (kind !== "cron") return "must be cron(...), rate(...) or at(yyyy-mm-ddThh:mm:ss)";
  const given = inner.split(" ");
  if (
    given.length !== fields.length ||
    given.some((text, index) => !isField(text, fields[index]!))
  ) {
    return "cron(...) must have six fields: minutes (0-59), hours (0-23), day of the month (1-31), month (1-12), day of the week (1-7 or SUN-SAT), year (1970-2199)";
  }
  return (given[2] === "?") === (given[4] === "?")
    ? "cron(...) must have ? as day of the month or as day of the week, and not as both, such as cron(0 7 ? * MON-FRI *)"
    : undefined;
}

/** Tests whether a text is a date and a time that exist, such as `2030-01-31T07:00:00`. */
export function isMoment(text: string): boolean {
  const moment = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d$/.test(text) ? Date.parse(`${text}Z`) : NaN;
  // Date.parse accepts 30 February and makes it 1 March.
  return !Number.isNaN(moment) && new Date(moment).toISOString().startsWith(text);
}

function isField(
  text: string,
  { range: [least, most], names, signs }: (typeof fields)[number],
): boolean {
  const all = names.split(" ");
  const isValue = (value: string) =>
    /^\d+$/.test(value)
      ? Number(value) >= least && Number(value) <= most
      : names !== "" && all.includes(value);
  return text.split(",").every((part) => {
    if (signs.test(part)) return part !== "";
    const [, span = "", step] = /^([^/]+)(?:\/(\d+))?$/.exec(part) ?? [];
    return (
      (span === "*" ||
        (span !== "" && span.split("-").length <= 2 && span.split("-").every(isValue))) &&
      step !== "0"
    );
  });
}
