/**
 * The retention periods, in days, that CloudWatch Logs takes.
 * Source: retentionInDays of PutRetentionPolicy in the CloudWatch Logs API reference.
 */
export const logRetentionDays = [
  1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288,
  3653,
] as const;

/** How long a CloudWatch log group keeps its events, in days. */
export type LogRetentionDays = (typeof logRetentionDays)[number];
