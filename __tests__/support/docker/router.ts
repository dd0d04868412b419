import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";

import type { Synthesized } from "../stack";
import { referred, type Block } from "../stack";
import { Program } from "./program";

/** Where a container of the stack listens in a test: by its name, and by the port that it maps. */
export type Listening = (container: string, port: number) => number;

/**
 * An nginx that routes as the stack's load balancer would: by its listener's rules to the containers
 * and ports that its services register.
 *
 * @param directory a new one, for all that nginx writes
 */
export function startRouter(
  nginx: string,
  directory: string,
  port: number,
  stack: Synthesized,
  listening: Listening,
): Program {
  const rules = Object.values(stack.resources("aws_lb_listener_rule"))
    .filter((rule) => referred(rule.listener_arn).endsWith("_http"))
    .sort((a, b) => (a.priority as number) - (b.priority as number));
  const listener = stack.resource("aws_lb_listener.load_balancer_http");
  const locations = rules.flatMap((rule) => {
    const [{ target_group_arn: targetGroup }] = rule.action as [Block];
    const rewrites = ((rule.transform ?? []) as Block[]).map((transform) => {
      const { regex, replace } = (transform.url_rewrite_config as Block[])[0]!.rewrite[0] as Block;
      return `rewrite "${regex}" "${replace}" break;`;
    });
    return (rule.condition as Block[])
      .flatMap((condition) => condition.path_pattern.values as string[])
      .map((pattern) => location(`~ ${expression(pattern)}`, targetOf(targetGroup), rewrites));
  });
  const fallback = targetOf((listener.default_action as [Block])[0].target_group_arn);
  mkdirSync(directory);
  writeFileSync(
    path.join(directory, "nginx.conf"),
    `daemon off;
     pid nginx.pid;
     error_log stderr warn;
     events {}
     http {
       access_log off;
       client_body_temp_path body; proxy_temp_path proxy; fastcgi_temp_path fastcgi;
       uwsgi_temp_path uwsgi; scgi_temp_path scgi;
       server {
         listen 127.0.0.1:${port};
         client_max_body_size 0;
         ${locations.join("\n")}
         ${location("/", fallback, [])}
       }
     }`,
  );
  return new Program(path.join(directory, "log"), [
    nginx,
    ...["-e", "stderr", "-p", directory, "-c", path.join(directory, "nginx.conf")],
  ]);

  /** The port of what a target group's service registers there. */
  function targetOf(interpolation: unknown): number {
    // The listener's is an expression of which the target group is a part.
    const [, group] = /aws_lb_target_group\.(\w+)/.exec(String(interpolation)) ?? [];
    const service = Object.values(stack.resources("aws_ecs_service")).find(({ load_balancer }) =>
      String((load_balancer as [Block])[0].target_group_arn).includes(
        `aws_lb_target_group.${group}`,
      ),
    );
    const [{ container_name: name, container_port: containerPort }] = service!.load_balancer as [
      Block,
    ];
    return listening(name as string, containerPort as number);
  }
}

/** A path pattern of a load balancer as a regular expression: `*` is any text, `?` any character. */
function expression(pattern: string): string {
  const escaped = pattern.replace(/[.+^${}()|[\]\\]/g, "\\$&");
  return `^${escaped.replaceAll("*", ".*").replaceAll("?", ".")}$`;
}

function location(match: string, port: number, rewrites: readonly string[]): string {
  return `location ${match} {
    ${rewrites.join(" ")}
    proxy_pass http://127.0.0.1:${port};
    proxy_http_version 1.1;
    proxy_set_header Host $http_host;
    proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
    proxy_set_header X-Forwarded-Proto $scheme;
  }`;
}
