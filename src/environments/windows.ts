/** A time of the day or week that comes again. */
export interface Window {
  /** Minutes after midnight, or after the midnight that begins Monday. */
  readonly start: number;
  /** Minutes. */
  readonly length: number;
}

const DAY = 24 * 60;
const WEEK = 7 * DAY;
const days = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

/** Reads `hh:mm-hh:mm`; undefined for anything else. */
export function dailyWindow(text: string): Window | undefined {
  return parse(text, minutesOfDay, DAY);
}

/** Reads `ddd:hh:mm-ddd:hh:mm`; undefined for anything else. */
export function weeklyWindow(text: string): Window | undefined {
  return parse(text, minutesOfWeek, WEEK);
}

/** True if a daily window falls on a weekly one on any day of the week. */
export function overlap(daily: Window, weekly: Window): boolean {
  const distance = (from: number, to: number) => (to - from + WEEK) % WEEK;
  return days.some((_, day) => {
    const start = daily.start + day * DAY;
    return (
      distance(start, weekly.start) < daily.length || distance(weekly.start, start) < weekly.length
    );
  });
}

function parse(
  text: string,
  minutes: (moment: string) => number | undefined,
  period: number,
): Window | undefined {
  const [start, end, ...more] = text.split("-").map(minutes);
  if (start === undefined || end === undefined || more.length > 0) return undefined;
  return { start, length: (end - start + period) % period };
}

function minutesOfDay(moment: string): number | undefined {
  const [, hour, minute] = /^([01]\d|2[0-3]):([0-5]\d)$/.exec(moment) ?? [];
  return hour === undefined ? undefined : Number(hour) * 60 + Number(minute);
}

function minutesOfWeek(moment: string): number | undefined {
  const day = days.indexOf(moment.slice(0, 3));
  const minutes = moment[3] === ":" ? minutesOfDay(moment.slice(4)) : undefined;
  return day === -1 || minutes === undefined ? undefined : day * DAY + minutes;
}
