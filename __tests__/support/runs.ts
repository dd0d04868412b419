declare global {
  /** Set in the Jest project that takes its time. */
  var thorough: boolean | undefined;
}

/** How often a property is tried: a few times in the quick loop, many times in a project of its own. */
export function runs(few: number, many: number): number {
  return globalThis.thorough ? many : few;
}
