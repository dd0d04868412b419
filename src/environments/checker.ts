/** A setting that AWS would refuse. */
export interface Fault {
  /** Environment and setting, for example `dev.network.zones[0].publicCidr`. */
  readonly path: string;
  /** What it is set to. */
  readonly value: unknown;
  /** What it must be. */
  readonly fix: string;
}

/** Collects faults under a path. */
export class Checker {
  /** Faults are added to the list; every path in them begins with this one. */
  constructor(
    private readonly path: string,
    private readonly faults: Fault[],
  ) {}

  /** A checker of what stands below, such as `network` or `[0]`. */
  at(path: string): Checker {
    return new Checker(`${this.path}${path.startsWith("[") ? "" : "."}${path}`, this.faults);
  }

  /** Notes a fault unless `ok`, and returns `ok`. */
  check(setting: string, value: unknown, ok: boolean, fix: string): boolean {
    if (!ok) this.faults.push({ path: this.at(setting).path, value, fix });
    return ok;
  }

  /** Whether a value is a whole number in a range. */
  integer(setting: string, value: number, min: number, max: number): boolean {
    return this.check(
      setting,
      value,
      Number.isInteger(value) && value >= min && value <= max,
      `must be a whole number from ${min} to ${max}`,
    );
  }

  /** Whether a value is one of some. */
  oneOf(setting: string, value: unknown, values: readonly unknown[]): boolean {
    return this.check(
      setting,
      value,
      values.includes(value),
      `must be one of ${values.join(", ")}`,
    );
  }

  /** Whether a value is a string of some form. */
  matches(setting: string, value: unknown, pattern: RegExp, fix: string): boolean {
    return this.check(setting, value, typeof value === "string" && pattern.test(value), fix);
  }
}
