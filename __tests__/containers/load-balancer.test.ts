import { writeFileSync } from "node:fs";
import path from "node:path";

import { local } from "../../src/environments/local";
import { Container } from "../support/docker/container";
import { EchoApi } from "../support/docker/echo-api";
import { healthy, request } from "../support/docker/http";
import { freePort } from "../support/docker/program";
import { temporaryDirectory } from "../support/docker/tools";
import { type Block, referred, synthesize } from "../support/stack";

/** nginx routes as the load balancer does: by the conditions, rewrites and targets of the stack's listener rules. */
describe("the stack's listener rules, where they take /api off", () => {
  const stack = synthesize({
    ...local,
    apiServer: { ...local.apiServer, urlRewrite: "load-balancer" },
  });
  let api: EchoApi;
  let web: EchoApi;
  let router: Container;
  let port: number;

  beforeAll(async () => {
    api = new EchoApi(await freePort());
    web = new EchoApi(await freePort());
    port = await freePort();
    const target = ({ target_group_arn: group }: Block) =>
      `http://127.0.0.1:${String(group).includes("api_server") ? api.port : web.port}`;
    const locations = Object.values(stack.resources("aws_lb_listener_rule"))
      .filter((rule) => referred(rule.listener_arn).endsWith("_http"))
      .flatMap(({ action, condition, transform = [] }) => {
        const rewrites = (transform as Block[]).map(({ url_rewrite_config: [{ rewrite }] }) => {
          const [{ regex, replace }] = rewrite as [Block];
          return `rewrite "${regex}" "${replace}" break;`;
        });
        const [{ path_pattern: pattern }] = condition as [Block];
        return (pattern.values as string[]).map(
          (value) => `location ~ ^${value.replaceAll("*", ".*")}$ {
            ${rewrites.join(" ")} proxy_pass ${target((action as [Block])[0])};
          }`,
        );
      });
    const [fallback] = stack.resource("aws_lb_listener.load_balancer_http").default_action as [
      Block,
    ];
    const configuration = path.join(temporaryDirectory(), "nginx.conf");
    writeFileSync(
      configuration,
      `daemon off; pid /tmp/nginx.pid; events {}
      http {
        client_body_temp_path /tmp/body; proxy_temp_path /tmp/proxy; fastcgi_temp_path /tmp/fastcgi;
        uwsgi_temp_path /tmp/uwsgi; scgi_temp_path /tmp/scgi; access_log off;
        server {
          listen 127.0.0.1:${port};
          ${locations.join("\n")}
          location / { proxy_pass ${target(fallback)}; }
        }
      }`,
    );
    router = new Container("web", {
      run: ["--entrypoint", "nginx", "--volume", `${configuration}:/nginx.conf:ro`],
      arguments: ["-e", "stderr", "-c", "/nginx.conf"],
    });
    await healthy(port, router);
  });

  afterAll(async () => {
    router?.signal("SIGTERM");
    await router?.ended;
    api?.close();
    web?.close();
  });

  const reached = async (target: string) => {
    const { body } = await request(port, target);
    const { url, headers } = JSON.parse(body) as { url: string; headers: { host: string } };
    return { url, at: headers.host === `127.0.0.1:${api.port}` ? "the API" : "the page" };
  };

  test.each([
    ["/api", "/"],
    ["/api/", "/"],
    ["/api/users?name=a%20b", "/users?name=a%20b"],
    ["/api/api/x", "/api/x"],
  ])("%s reaches the API as %s", async (target, url) => {
    expect(await reached(target)).toEqual({ url, at: "the API" });
  });

  test.each(["/", "/users", "/apiary", "/alice/api/x"])("%s is the page's", async (target) => {
    expect(await reached(target)).toEqual({ url: target, at: "the page" });
  });
});
