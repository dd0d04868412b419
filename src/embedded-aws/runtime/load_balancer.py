"""Application load balancers: a port on 127.0.0.1 for each listener, the rules, health checks of targets."""

import asyncio
import fnmatch
import random
import re
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass, field
from ipaddress import ip_address, ip_network
from itertools import count
from time import time
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl
from uuid import uuid4

import aiohttp
from aiohttp import web
from moto.acm.models import acm_backends
from moto.core import DEFAULT_ACCOUNT_ID
from moto.elbv2.models import FakeListener, FakeTargetGroup, elbv2_backends
from yarl import URL

if TYPE_CHECKING:
    from .reconciler import Runtime
    from .tasks import RunningTask

# A listener gets its own port plus this on 127.0.0.1 where that is free: 80 becomes 8080.
PORT_OFFSET = 8000
# Seconds. Source: "HTTP 504: Gateway timeout" in the Application Load Balancers user guide.
CONNECT_TIMEOUT = 10
# Bytes of the request's first line or a header, of all its headers, and of all headers of an answer. Source:
# limits of HTTP headers in "Quotas for your Application Load Balancers".
LONGEST_LINE, LONGEST_HEADERS, LONGEST_ANSWER = 16 * 1024, 64 * 1024, 32 * 1024
# Headers that are for one connection only. Source: RFC 9110, 7.6.1.
HOP_BY_HOP = {
    *("connection", "keep-alive", "proxy-connection", "te", "trailer"),
    *("transfer-encoding", "upgrade", "expect"),
}
# The header of the load balancer's own answers.
SERVER = {"Server": "awselb/2.0"}
PHRASES = {
    400: "Bad Request",
    502: "Bad Gateway",
    503: "Service Temporarily Unavailable",
    504: "Gateway Time-out",
}


@dataclass
class Target:
    """A target of a target group: where it is reached, and how its health checks went."""

    group: FakeTargetGroup
    id: str
    port: int
    state: str = "initial"
    reason: str | None = "Elb.RegistrationInProgress"
    description: str | None = "Target registration is in progress"
    requests: set[asyncio.Task] = field(default_factory=set)
    idle: asyncio.Event = field(default_factory=asyncio.Event)
    checks: asyncio.Task | None = None


class LoadBalancers:
    """Serves what moto knows of listeners, rules and target groups."""

    def __init__(self, runtime: "Runtime") -> None:
        self.runtime = runtime
        self.targets: dict[tuple[str, str], Target] = {}
        self.listeners: dict[str, Listener] = {}
        self.turns = count()
        self.session: aiohttp.ClientSession | None = None

    async def start(self) -> None:
        """Open the connections to targets."""
        self.session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=0, keepalive_timeout=30),
            cookie_jar=aiohttp.DummyCookieJar(),
            auto_decompress=False,
            skip_auto_headers=("User-Agent", "Accept", "Accept-Encoding", "Content-Type"),
            max_field_size=LONGEST_ANSWER,
        )

    async def close(self) -> None:
        """Close every listener and connection."""
        for listener in self.listeners.values():
            await listener.close()
        for target in self.targets.values():
            target.checks.cancel()
        if self.session is not None:
            await self.session.close()

    async def reconcile(self) -> None:
        """Open and close listeners, start and stop health checks, as moto has them by now."""
        wanted: dict[str, FakeListener] = {}
        groups: dict[str, FakeTargetGroup] = {}
        for backend in list(elbv2_backends[DEFAULT_ACCOUNT_ID].values()):
            for balancer in list(backend.load_balancers.values()):
                wanted.update(balancer.listeners)
            groups.update(backend.target_groups)
        for arn, open_one in list(self.listeners.items()):
            if arn not in wanted or open_one.bound != (wanted[arn].protocol, wanted[arn].port):
                await self.listeners.pop(arn).close()
        for arn, listener in wanted.items():
            if arn not in self.listeners and listener.protocol in ("HTTP", "HTTPS"):
                self.listeners[arn] = await Listener(self, listener).open()
        registered = {
            (arn, one["Id"]): (group, int(one["Port"]))
            for arn, group in groups.items()
            for one in list(group.targets.values())
        }
        for key, (group, port) in registered.items():
            target = self.targets.get(key)
            if target is None or target.state == "draining" or target.port != port:
                self._add(key, group, port)
        for key, target in list(self.targets.items()):
            if key not in registered and target.state != "draining":
                target.checks.cancel()
                target.state, target.reason = "draining", "Target.DeregistrationInProgress"
                target.description = "Target deregistration is in progress"
                target.checks = self.runtime.spawn(self._drain(key, target))

    def urls(self) -> list[str]:
        """Where the listeners answer, in the order of their ports."""
        ordered = sorted(self.listeners.values(), key=lambda one: one.listener.port)
        return [f"{one.scheme}://127.0.0.1:{one.port}" for one in ordered]

    # Targets

    def register(self, group_arn: str, task: "RunningTask", port: int) -> bool:
        """Register a task with a target group; whether it was not there."""
        if (group_arn, task.address) in self.targets:
            return False
        backend = elbv2_backends[DEFAULT_ACCOUNT_ID][group_arn.split(":")[3]]
        if group_arn not in backend.target_groups:
            return False
        backend.register_targets(group_arn, [{"Id": task.address, "Port": port}])
        self._add((group_arn, task.address), backend.target_groups[group_arn], port)
        return True

    def _add(self, key: tuple[str, str], group: FakeTargetGroup, port: int) -> None:
        if key in self.targets:
            self.targets[key].checks.cancel()
        target = self.targets[key] = Target(group, key[1], port)
        target.checks = self.runtime.spawn(self._check(target))

    async def drained(self, task: "RunningTask") -> None:
        """Deregister a task, and wait until no request is in flight or the delay is over."""
        mine = [one for _, one in self.targets_of(task)]
        for target in mine:
            if target.id in target.group.targets:
                target.group.deregister([{"Id": target.id}])
        await self.reconcile()
        await asyncio.gather(*(one.checks for one in mine), return_exceptions=True)

    def targets_of(self, task: "RunningTask") -> list[tuple[str, Target]]:
        """A task as a target, with the ARN of each target group."""
        return [(arn, one) for (arn, id), one in self.targets.items() if id == task.address]

    async def _drain(self, key: tuple[str, str], target: Target) -> None:
        delay = int(target.group.attributes.get("deregistration_delay.timeout_seconds", 300))
        target.idle.clear()
        if target.requests:
            with suppress(asyncio.TimeoutError):
                await asyncio.wait_for(target.idle.wait(), delay)
            for request in target.requests:
                request.cancel()
        if self.targets.get(key) is target:
            del self.targets[key]
        self.runtime.kick()

    async def _check(self, target: Target) -> None:
        """Check a target's health for as long as it is registered."""
        group = target.group
        passed = failed = 0
        while True:
            problem = await self._probe(target)
            passed, failed = (passed + 1, 0) if problem is None else (0, failed + 1)
            before = target.state
            if problem is None and (before == "initial" or passed >= int(group.healthy_threshold_count)):
                target.state, target.reason, target.description = "healthy", None, None
            elif problem is not None and failed >= int(group.unhealthy_threshold_count):
                target.state = "unhealthy"
                target.reason, target.description = problem
            if target.state != before:
                self.runtime.kick()
            interval = int(group.health_check_interval_seconds)
            if target.state != "initial":
                await asyncio.sleep(interval)
                continue
            # Several nodes of a load balancer check a new target: it has not to wait for a whole interval.
            with suppress(asyncio.TimeoutError):
                await asyncio.wait_for(self._until_it_answers(target), interval)

    async def _until_it_answers(self, target: Target) -> None:
        while await self._probe(target) is not None:
            await asyncio.sleep(1)

    async def _probe(self, target: Target) -> tuple[str, str] | None:
        """One health check: None if it passed, or its reason code and description."""
        group = target.group
        port = group.health_check_port
        checked = target.port if port in (None, "traffic-port") else int(port)
        host, checked = self.runtime.address_of(target.id, checked)
        timeout = aiohttp.ClientTimeout(total=int(group.health_check_timeout_seconds))
        url = URL(f"http://{host}:{checked}{group.health_check_path or '/'}", encoded=True)
        headers = {"User-Agent": "ELB-HealthChecker/2.0", "Connection": "close"}
        try:
            async with self.session.get(
                url, headers=headers, timeout=timeout, allow_redirects=False
            ) as answer:
                if matches(str(answer.status), (group.matcher or {}).get("HttpCode") or "200"):
                    return None
                failed = f"Health checks failed with these codes: [{answer.status}]"
                return "Target.ResponseCodeMismatch", failed
        except asyncio.TimeoutError:
            return "Target.Timeout", "Request timed out"
        except (aiohttp.ClientError, OSError):
            return "Target.FailedHealthChecks", "Health checks failed"

    def choose(self, group_arn: str) -> Target | None:
        """A target that takes the next request: of those that are healthy, or else of the unhealthy ones.

        One that has not passed its first check gets none.
        """
        targets = [one for (arn, _), one in self.targets.items() if arn == group_arn]
        for state in ("healthy", "unhealthy"):
            if those := [one for one in targets if one.state == state]:
                return those[next(self.turns) % len(those)]
        return None


def matches(code: str, matcher: str) -> bool:
    """Whether a status code is one of a matcher such as 200,301 or 200-399."""
    return any(
        low <= code <= (high or low)
        for low, _, high in (part.strip().partition("-") for part in matcher.split(","))
    )


class Listener:
    """A listener's port on 127.0.0.1."""

    def __init__(self, balancers: LoadBalancers, listener: FakeListener) -> None:
        self.balancers = balancers
        self.listener = listener
        self.bound = (listener.protocol, listener.port)
        self.scheme = listener.protocol.lower()
        self.port = 0
        self.runner: web.ServerRunner | None = None

    async def open(self) -> "Listener":
        """Listen on the port that belongs to the listener's, or on any other that is free."""
        server = web.Server(
            self._handle,
            access_log=None,
            max_line_size=LONGEST_LINE,
            max_field_size=LONGEST_HEADERS,
            keepalive_timeout=self._idle_timeout(),
        )
        self.runner = web.ServerRunner(server)
        await self.runner.setup()
        tls = self.balancers.runtime.authority.server(self._certificates) if self.scheme == "https" else None
        for port in (int(self.listener.port) + PORT_OFFSET, 0):
            site = web.TCPSite(self.runner, "127.0.0.1", port, ssl_context=tls, shutdown_timeout=1)
            try:
                await site.start()
            except OSError:
                await site.stop()
                continue
            self.port = self.runner.addresses[0][1]
            break
        return self

    async def close(self) -> None:
        """Listen no longer."""
        await self.runner.cleanup()

    def _balancer(self) -> Any:
        arn = self.listener.load_balancer_arn
        return elbv2_backends[DEFAULT_ACCOUNT_ID][arn.split(":")[3]].load_balancers.get(arn)

    def _certificates(self) -> list[tuple[str, ...]]:
        """The names of each certificate, the default one's first."""
        found = [
            acm_backends[DEFAULT_ACCOUNT_ID][arn.split(":")[3]]._certificates.get(arn)
            for arn in dict.fromkeys([self.listener.certificate, *self.listener.certificates])
        ]
        shown = [one.describe()["Certificate"] for one in found if one is not None]
        return [tuple(dict.fromkeys([one["DomainName"], *one["SubjectAlternativeNames"]])) for one in shown]

    def _idle_timeout(self) -> int:
        balancer = self._balancer()
        return int((balancer.attrs if balancer else {}).get("idle_timeout.timeout_seconds", 60))

    async def _handle(self, request: web.BaseRequest) -> web.StreamResponse:
        sizes = [len(name) + len(value) for name, value in request.raw_headers]
        if max(sizes, default=0) > LONGEST_LINE or sum(sizes) > LONGEST_HEADERS:
            return own_answer(400)
        action = self._action(request)
        match action["Type"]:
            case "fixed-response":
                fixed = action.get("FixedResponseConfig", {})
                body = (fixed.get("MessageBody") or "").encode()
                headers = {"Content-Type": fixed.get("ContentType") or "text/plain", **SERVER}
                return web.Response(status=int(fixed.get("StatusCode", 200)), body=body, headers=headers)
            case "redirect":
                return self._redirect(request, action["RedirectConfig"])
            case "forward":
                return await self._forward(request, chosen_group(action))
        return own_answer(502)

    def _action(self, request: web.BaseRequest) -> dict[str, Any]:
        for rule in sorted(self.listener._non_default_rules.values(), key=lambda one: int(one.priority)):
            if all(holds(condition, request) for condition in rule.conditions):
                return last_action(rule.actions)
        return last_action(self.listener.default_actions)

    def _redirect(self, request: web.BaseRequest, config: dict[str, Any]) -> web.Response:
        host, _, port = (request.host or "").partition(":")
        path, _, query = request.raw_path.partition("?")
        port = port or str(self.listener.port)
        parts = {"protocol": self.scheme, "host": host, "port": port, "path": path[1:], "query": query}

        def fill(template: str) -> str:
            return re.sub(r"#\{(\w+)\}", lambda found: parts.get(found[1], ""), template)

        protocol = fill(config.get("Protocol") or "#{protocol}").lower()
        port = fill(config.get("Port") or "#{port}")
        default = {"http": "80", "https": "443"}.get(protocol)
        location = f"{protocol}://{fill(config.get('Host') or '#{host}')}"
        location += "" if port == default else f":{port}"
        location += fill(config.get("Path") or "/#{path}")
        query = fill(config.get("Query", "#{query}"))
        status = 301 if config.get("StatusCode") == "HTTP_301" else 302
        headers = {"Location": location + (f"?{query}" if query else ""), **SERVER}
        return web.Response(status=status, headers=headers)

    # Forwarding

    async def _forward(self, request: web.BaseRequest, group_arn: str | None) -> web.StreamResponse:
        target = self.balancers.choose(group_arn) if group_arn else None
        if target is None:
            return own_answer(503)
        target.requests.add(asyncio.current_task())
        try:
            if request.headers.get("Upgrade", "").lower() == "websocket":
                return await self._web_socket(request, target)
            return await self._http(request, target)
        finally:
            target.requests.discard(asyncio.current_task())
            if not target.requests:
                target.idle.set()

    def _url(self, request: web.BaseRequest, target: Target) -> URL:
        host, port = self.balancers.runtime.address_of(target.id, target.port)
        return URL(f"http://{host}:{port}{request.raw_path}", encoded=True)

    def _headers(self, request: web.BaseRequest) -> list[tuple[str, str]]:
        """The request's headers for the target. Source: "HTTP headers and Application Load Balancers"."""
        named = {one.strip().lower() for one in request.headers.get("Connection", "").split(",")}
        before = request.headers.get("X-Forwarded-For")
        replaced = {"x-forwarded-for", "x-forwarded-proto", "x-forwarded-port"}
        headers = [
            (name, value)
            for name, value in request.headers.items()
            if name.lower() not in HOP_BY_HOP | named | replaced
        ]
        if "X-Amzn-Trace-Id" not in request.headers:
            headers.append(("X-Amzn-Trace-Id", f"Root=1-{int(time()):08x}-{uuid4().hex[:24]}"))
        client = request.remote or "127.0.0.1"
        return [
            *headers,
            ("X-Forwarded-For", f"{before}, {client}" if before else client),
            ("X-Forwarded-Proto", self.scheme),
            ("X-Forwarded-Port", str(self.listener.port)),
        ]

    async def _http(self, request: web.BaseRequest, target: Target) -> web.StreamResponse:
        if request.headers.get("Expect", "").lower() == "100-continue":
            request.transport.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        timeout = aiohttp.ClientTimeout(
            total=None, sock_connect=CONNECT_TIMEOUT, sock_read=self._idle_timeout()
        )
        answer: web.StreamResponse | None = None
        try:
            async with self.balancers.session.request(
                request.method,
                self._url(request, target),
                headers=self._headers(request),
                data=body_of(request) if request.can_read_body else None,
                timeout=timeout,
                allow_redirects=False,
            ) as upstream:
                own = [one for one in upstream.headers.items() if one[0].lower() not in HOP_BY_HOP]
                answer = web.StreamResponse(status=upstream.status, reason=upstream.reason)
                answer.headers.clear()
                answer.headers.extend(own)
                await answer.prepare(request)
                async for chunk in upstream.content.iter_any():
                    await answer.write(chunk)
                await answer.write_eof()
                return answer
        except asyncio.TimeoutError:
            failed = 504
        except (aiohttp.ClientError, OSError):
            failed = 502
        if answer is not None and answer.prepared:
            # The status is gone out: all that is left is to cut the connection.
            if request.transport is not None:
                request.transport.abort()
            return answer
        return own_answer(failed)

    async def _web_socket(self, request: web.BaseRequest, target: Target) -> web.StreamResponse:
        protocols = re.findall(r"[^\s,]+", request.headers.get("Sec-WebSocket-Protocol", ""))
        headers = [one for one in self._headers(request) if not one[0].lower().startswith("sec-websocket")]
        try:
            upstream = await self.balancers.session.ws_connect(
                self._url(request, target),
                headers=headers,
                protocols=protocols,
                autoping=False,
                max_msg_size=0,
                timeout=aiohttp.ClientWSTimeout(ws_close=10),
            )
        except aiohttp.WSServerHandshakeError as error:
            return web.Response(status=error.status)
        except (aiohttp.ClientError, OSError):
            return own_answer(502)
        chosen = [upstream.protocol] if upstream.protocol else []
        client = web.WebSocketResponse(autoping=False, protocols=chosen, max_msg_size=0)
        await client.prepare(request)
        idle = self._idle_timeout()
        seen = [time()]

        async def pump(source: Any, sink: Any) -> None:
            async for message in source:
                seen[0] = time()
                text = isinstance(message.data, str)
                await sink.send_frame(message.data.encode() if text else message.data, message.type)

        async def watch() -> None:
            while (left := seen[0] + idle - time()) > 0:
                await asyncio.sleep(left)

        both = (pump(client, upstream), pump(upstream, client), watch())
        ways = [asyncio.ensure_future(one) for one in both]
        await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        for way in ways:
            way.cancel()
        await upstream.close(code=client.close_code or 1000)
        await client.close(code=upstream.close_code or 1000)
        return client


async def body_of(request: web.BaseRequest) -> AsyncIterator[bytes]:
    """The request's body as it comes in."""
    async for chunk in request.content.iter_any():
        yield chunk


def last_action(actions: list[Any]) -> dict[str, Any]:
    """The action that answers; those before it authenticate."""
    data = [one.data if hasattr(one, "data") else one for one in actions]
    return max(data, key=lambda one: int(one.get("Order") or 0))


def chosen_group(action: dict[str, Any]) -> str | None:
    """The target group of a forward action, by its weights."""
    if action.get("TargetGroupArn"):
        return action["TargetGroupArn"]
    groups = action.get("ForwardConfig", {}).get("TargetGroups", [])
    weights = [int(one.get("Weight", 1)) for one in groups]
    if not any(weights):
        return None
    return random.choices(groups, weights)[0]["TargetGroupArn"]


def holds(condition: dict[str, Any], request: web.BaseRequest) -> bool:
    """Whether a condition of a rule holds for a request."""
    kind = condition["Field"]
    config = condition.get("".join(map(str.capitalize, kind.split("-"))) + "Config", {})
    values = config.get("Values") or condition.get("Values") or []
    path, _, query = request.raw_path.partition("?")
    match kind:
        case "path-pattern":
            return any(like(path, one) for one in values)
        case "host-header":
            host = (request.host or "").partition(":")[0]
            return any(like(host.lower(), one.lower()) for one in values)
        case "http-header":
            given = request.headers.getall(config.get("HttpHeaderName", ""), [])
            return any(like(one.lower(), value.lower()) for one in given for value in values)
        case "http-request-method":
            return request.method in values
        case "query-string":
            pairs = parse_qsl(query, keep_blank_values=True)
            return any(
                (one.get("Key") is None or like(key.lower(), one["Key"].lower()))
                and like(value.lower(), one["Value"].lower())
                for one in values
                for key, value in pairs
            )
        case "source-ip":
            return any(ip_address(request.remote) in ip_network(one) for one in values)
    return False


def like(value: str, pattern: str) -> bool:
    """Whether a value is what a pattern with * and ? stands for."""
    return fnmatch.fnmatchcase(value, pattern.replace("[", "[[]"))


def own_answer(status: int) -> web.Response:
    """An error that the load balancer itself answers with."""
    title = f"{status} {PHRASES[status]}"
    page = (
        f"<html>\r\n<head><title>{title}</title></head>\r\n<body>\r\n"
        f"<center><h1>{title}</h1></center>\r\n</body>\r\n</html>\r\n"
    )
    headers = {"Content-Type": "text/html", **SERVER}
    return web.Response(status=status, reason=PHRASES[status], body=page.encode(), headers=headers)
