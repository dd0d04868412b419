import { dollars } from "../../cost/report";
import { duration, table, wrap } from "../../terminal/output";
import type { RecoveryPlan } from "./plan";

/** Width of a line of text, in columns. */
const COLUMNS = 96;

/** A plan as text. */
export function planText(plan: RecoveryPlan): string {
  const { environment, rebuilt, secondRegion, copies, steps, afterwards, settings } = plan;
  return [
    `What ${secondRegion} has of ${environment}, as of ${plan.at}`,
    "",
    table(
      ["copy", "age", "found"],
      copies.map(({ what, found, ageSeconds }) => [
        what,
        ageSeconds === undefined ? "-" : duration(ageSeconds),
        found ?? "nothing",
      ]),
    ),
    "",
    ...(plan.missing.length > 0
      ? [`A rebuild is not possible: ${secondRegion} does not have ${plan.missing.join(", ")}.`, ""]
      : []),
    ...plan.warnings.flatMap((warning) => [...wrap(`Beware: ${warning}`, COLUMNS, 2), ""]),
    `RPO  ${rpoText(plan)}`,
    ...(plan.rtoMinutes
      ? [
          `RTO  ${minutes(plan.rtoMinutes[0])} to ${minutes(plan.rtoMinutes[1])} after the decision: the sum of the steps below`,
        ]
      : []),
    `Price  ${price(plan.monthly.rebuilt)} for ${rebuilt}; the copies: ${price(plan.monthly.copies)}`,
    ...(steps.length > 0
      ? ["", `Recovery, as the environment ${rebuilt} in ${secondRegion}:`]
      : []),
    ...steps.flatMap(({ what, how, minutes: [from, to], source }, index) => [
      "",
      ...wrap(`${index + 1}. ${what}. (${from} to ${to} min: ${source})`, COLUMNS, 3),
      ...how.map((line) => `     ${line}`),
    ]),
    ...(settings ? ["", `${settings.file}:`, "", settings.text.trimEnd()] : []),
    ...(steps.length > 0 ? ["", `Afterwards, when ${rebuilt} serves:`] : []),
    ...(steps.length > 0 ? afterwards : []).flatMap((line) =>
      line.startsWith(" ") ? [`  ${line}`] : wrap(`- ${line}`, COLUMNS, 2),
    ),
  ].join("\n");
}

function rpoText({ rpoSeconds, copies }: RecoveryPlan): string {
  if (rpoSeconds === undefined) {
    return "not known: AWS does not report the age of a copy of database or files (it reports none after the replication has ended)";
  }
  const oldest = copies.find(({ ageSeconds }) => ageSeconds === rpoSeconds);
  return `${duration(rpoSeconds)} of data would be lost now: the age of the copy of the ${oldest?.what}`;
}

const price = (amount?: number) =>
  amount === undefined ? "not known" : `${dollars(amount)} a month`;

const minutes = (count: number) => duration(count * 60);
