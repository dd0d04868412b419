import { readFileSync } from "node:fs";
import { join } from "node:path";

interface Statement {
  readonly Action: readonly string[];
  readonly Resource: readonly string[];
}

interface Policy {
  readonly Version: string;
  readonly Statement: readonly Statement[];
}

/** Which policy of the folder `policies`, which `npm run policies` makes. */
type Purpose = "plan" | "deploy" | "state" | "options";

/**
 * Characters of a managed policy, of which a role takes ten.
 * Source: "IAM and AWS STS quotas", IAM User Guide.
 */
const LIMIT = 6144;

/**
 * What a role that plans may do: read, and neither the state's lock nor the state itself is written.
 * @param options also plan what is off by default
 */
export function planPolicies(options = false): string[] {
  const others = (["state", ...(options ? ["options" as const] : [])] as const).flatMap(
    statementsOf,
  );
  const reads = others.flatMap((statement) => {
    const Action = statement.Action.filter((action) => /:(Get|List|Describe)/.test(action));
    return Action.length > 0 ? [{ ...statement, Action }] : [];
  });
  return documents([...statementsOf("plan"), ...reads]);
}

/**
 * What a role that deploys an environment may do; where names tell, only to objects of its own.
 * @param options also deploy what is off by default
 */
export function deployPolicies(environment: string, options = false): string[] {
  const purposes: Purpose[] = ["plan", "deploy", "state", ...(options ? ["options" as const] : [])];
  const own = purposes.flatMap(statementsOf).map((statement) => ({
    ...statement,
    Resource: statement.Resource.map((resource) =>
      resource
        // dev-plue-db, dev_plue-ID, aws-waf-logs-dev-plue
        .replace(/(^|[/:]|aws-waf-logs-)\*([-_])/g, `$1${environment}$2`)
        // /ecs/dev/plue-api-server, /aws/vpc/dev, plue/dev/terraform.tfstate
        .replace(/\/(ecs|vpc|plue|instance)\/\*/g, `/$1/${environment}`),
    ),
  }));
  return documents(own);
}

function statementsOf(purpose: Purpose): readonly Statement[] {
  const file = join(process.cwd(), "policies", `${purpose}.json`);
  return (JSON.parse(readFileSync(file, "utf8")) as Policy).Statement;
}

/** Fills one document after the other. */
function documents(statements: readonly Statement[]): string[] {
  const filled: Statement[][] = [];
  const text = (Statement: readonly Statement[]) =>
    JSON.stringify({ Version: "2012-10-17", Statement });
  for (const statement of statements) {
    const last = filled.at(-1);
    if (last && text([...last, statement]).length <= LIMIT) last.push(statement);
    else filled.push([statement]);
  }
  return filled.map(text);
}
