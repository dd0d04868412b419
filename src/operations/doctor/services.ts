import { deploymentState } from "../../aws/ecs";
import { services } from "../../names";
import type { Environment } from "../environment";
import { requireService } from "../service";
import { failed, ok, type Check } from "./check";

/** Whether each service runs as many tasks as it should, of one deployment. */
export function checkServices(environment: Environment): Promise<Check[]> {
  const { name } = environment;
  return Promise.all(
    services.map(async (component) => {
      const service = await requireService(environment, component);
      const { deployments = [], runningCount, desiredCount, events = [] } = service;
      const check = `${component.title} runs`;
      const saw = deploymentState(service);
      if (runningCount === desiredCount && deployments.length === 1) return ok(check, saw);
      const event = events[0]?.message;
      return failed(
        check,
        event ? `${saw}: ${event}` : saw,
        `plue logs ${name} ${component.key}; plue rollback ${name} ${component.key}`,
      );
    }),
  );
}
