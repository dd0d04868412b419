import { HttpProxyAgent } from "http-proxy-agent";
import { HttpsProxyAgent } from "https-proxy-agent";
import { getProxyForUrl } from "proxy-from-env";
import { ActionRequired } from "./errors";

/** Hosts that no proxy reaches. Terraform and the AWS CLI go to them directly, too. */
const LOOPBACK = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/;

/**
 * The agent that sends a request through the proxy that HTTPS_PROXY, HTTP_PROXY and NO_PROXY name for a URL;
 * undefined where none does.
 */
export function proxyAgent(
  url: string,
): HttpProxyAgent<string> | HttpsProxyAgent<string> | undefined {
  if (LOOPBACK.test(new URL(url).hostname)) return undefined;
  const proxy = getProxyForUrl(url);
  if (proxy === "") return undefined;
  if (!URL.canParse(proxy) || !/^https?:$/.test(new URL(proxy).protocol)) {
    throw new ActionRequired(
      `the proxy for ${url} is "${proxy}", which is not the URL of an HTTP proxy`,
      "Correct HTTPS_PROXY or HTTP_PROXY: a URL such as http://proxy.example.com:3128.",
    );
  }
  return url.startsWith("https:") ? new HttpsProxyAgent(proxy) : new HttpProxyAgent(proxy);
}
