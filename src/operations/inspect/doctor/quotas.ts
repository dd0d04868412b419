import { aws } from "../../../aws/services";
import { unlessMissing } from "../../../aws/errors";
import type { EnvironmentSettings, ServiceSettings } from "../../../environments/settings";
import type { Environment } from "../../environment";
import { failed, ok, unknown, type Check } from "./check";

/** A quota of the account in a region. Sources of the codes, and AWS's own names: docs/quotas.md. */
interface Quota {
  readonly what: string;
  readonly service: string;
  readonly code: string;
  /** The most that the environment uses. */
  readonly most: (settings: EnvironmentSettings) => number;
}

const QUOTAS: readonly Quota[] = [
  { what: "VPCs", service: "vpc", code: "L-F678F1CE", most: () => 1 },
  {
    what: "Elastic IP addresses",
    service: "ec2",
    code: "L-0263D0A3",
    most: ({ network }) => (network.natGateways === "single" ? 1 : network.zones.length),
  },
  {
    what: "vCPUs of Fargate on demand",
    service: "fargate",
    code: "L-3032A538",
    most: ({ migration, apiServer, webApp }) =>
      migration.size.cpu / 1024 + vCpus(apiServer, onDemand) + vCpus(webApp, onDemand),
  },
  {
    what: "vCPUs of Fargate Spot",
    service: "fargate",
    code: "L-36FBB829",
    most: ({ apiServer, webApp }) => vCpus(apiServer, onSpot) + vCpus(webApp, onSpot),
  },
];

type Service = Pick<ServiceSettings, "fargateSpot" | "maxCapacity" | "size">;

const onSpot = ({ fargateSpot, maxCapacity }: Service) =>
  fargateSpot ? Math.max(0, maxCapacity - fargateSpot.onDemandBase) : 0;
const onDemand = (service: Service) => service.maxCapacity - onSpot(service);

/** A deployment starts the new tasks before it stops the others. */
const vCpus = (service: Service, tasks: (service: Service) => number) =>
  (2 * tasks(service) * service.size.cpu) / 1024;

/**
 * Checks that the account's quotas are at least what the environment can use. Other environments of the account use
 * them too.
 */
export async function checkQuotas(environment: Environment): Promise<Check[]> {
  const quotas = await aws.quotas(environment);
  return Promise.all(
    QUOTAS.map(async ({ what, service, code, most }) => {
      const used = Math.ceil(most(environment.settings));
      const check = `quota of ${what}`;
      const found = await unlessMissing(
        () => quotas.getServiceQuota({ ServiceCode: service, QuotaCode: code }),
        /NoSuchResource/,
      );
      const value = found?.Quota?.Value;
      if (value === undefined) return unknown(check, "AWS has no value for it");
      const saw = `${value}; ${environment.name} needs at least ${used}`;
      if (value >= used) return ok(check, saw);
      return failed(
        check,
        saw,
        `aws service-quotas request-service-quota-increase --service-code ${service} --quota-code ${code} --desired-value ${used} --region ${environment.region}`,
      );
    }),
  );
}
