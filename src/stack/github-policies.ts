import { readFileSync } from "node:fs";
import { join } from "node:path";
import { list, type PolicyDocument, type Statement } from "../iam";

/** A file of the folder `policies`, which `npm run policies` writes. */
type Purpose = "plan" | "deploy" | "state" | "options";

/**
 * The longest managed policy in characters; a role can have ten of them.
 * Source: "IAM and AWS STS quotas", IAM User Guide.
 */
const LIMIT = 6144;

/**
 * The policies of a role that plans: it reads, and writes neither the state nor its lock.
 * @param options whether it also plans what is off by default
 */
export function planPolicies(options = false): string[] {
  const others = (["state", ...(options ? ["options" as const] : [])] as const).flatMap(
    statementsOf,
  );
  const reads = others.flatMap((statement) => {
    const Action = list(statement.Action).filter((action) => /:(Get|List|Describe)/.test(action));
    return Action.length > 0 ? [{ ...statement, Action }] : [];
  });
  return documents([...statementsOf("plan"), ...reads]);
}

/**
 * The policies of a role that deploys an environment, limited to objects of that environment where their
 * names say which one they belong to.
 * @param options whether it also deploys what is off by default
 */
export function deployPolicies(environment: string, options = false): string[] {
  const purposes: Purpose[] = ["plan", "deploy", "state", ...(options ? ["options" as const] : [])];
  const own = purposes.flatMap(statementsOf).map((statement) => ({
    ...statement,
    Resource: list(statement.Resource).map((resource) =>
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
  return (JSON.parse(readFileSync(file, "utf8")) as PolicyDocument).Statement;
}

/** Puts statements into documents, each as full as the limit allows. */
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
