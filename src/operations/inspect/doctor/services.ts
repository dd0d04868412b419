import { deploymentState } from "../../../aws/ecs";
import { services } from "../../../names";
import type { Environment } from "../../environment";
import { requireService, strategyOf } from "../../service";
import { failed, ok, type Check } from "./check";

/** ECS's names of the strategies of the setting `deployment`. */
const STRATEGIES = { rolling: "ROLLING", "blue-green": "BLUE_GREEN", canary: "CANARY" } as const;

/** Checks that each service has its deployment strategy, and runs all its tasks, of one deployment only. */
export function checkServices(environment: Environment): Promise<Check[]> {
  const { name } = environment;
  return Promise.all(
    services.map(async (component) => {
      const service = await requireService(environment, component);
      const { deployments = [], runningCount, desiredCount, events = [] } = service;
      const check = `${component.title} runs`;
      const saw = deploymentState(service);
      const wanted = strategyOf(environment, component)?.strategy;
      const strategy = STRATEGIES[wanted ?? "rolling"];
      const found = service.deploymentConfiguration?.strategy ?? STRATEGIES.rolling;
      if (found !== strategy) {
        return failed(
          check,
          `its deployment strategy in ECS is ${found}, not ${strategy}`,
          `plue deploy ${name}`,
        );
      }
      if (runningCount === desiredCount && deployments.length === 1) {
        return ok(check, wanted ? `${saw}, ${wanted} deployments` : saw);
      }
      const event = events[0]?.message;
      return failed(
        check,
        event ? `${saw}: ${event}` : saw,
        `plue logs ${name} ${component.key}; plue rollback ${name} ${component.key}`,
      );
    }),
  );
}
