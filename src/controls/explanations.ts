import type { Stack } from "../terraform/stack";
import type { Explanation } from "./control";

/** A group of settings as `plue cost --if` reads it. */
const set = (path: string, value: unknown) => `${path}=${JSON.stringify(value)}`;

/**
 * Reasons that controls of several sources share.
 */
export const why = {
  accessLogs: {
    reason: "Access logs cost money and contain personal data.",
    settings: [set("loadBalancer.accessLogs", { retentionDays: 90, forceDestroy: false })],
  },
  customerKey: {
    reason: "It is encrypted with a key that AWS manages. A key of your own costs money.",
    settings: ["encryption=customer-key"],
    isOnlyForNew: true,
  },
  deletionProtection: {
    reason: "The environment can be destroyed at any time.",
    settings: ["database.deletionProtection=true", "database.finalSnapshot=true"],
  },
  exec: {
    reason: "ECS Exec is on, and its agent writes to the root file system.",
    settings: ["apiServer.executeCommand=false", "webApp.executeCommand=false"],
  },
  guardDuty: {
    reason: "GuardDuty belongs to the account and charges for each vCPU of a task.",
    settings: ["ecsCluster.guardDutyAgent=new-detector"],
  },
  http: {
    reason: (stack: Stack) =>
      stack.ofType("aws_lb_listener").length > 1
        ? "Port 80 only redirects to HTTPS."
        : "The environment has no certificate: it answers on port 80.",
    price: "A certificate, which ACM issues free of charge. Links with http:// no longer work.",
  },
  https: {
    reason: "The environment has no certificate: it answers on port 80.",
    settings: ["loadBalancer.https=true"],
  },
  iamAuthentication: {
    reason:
      "Plue connects with DATABASE_URL, which contains a password. It cannot request a token of IAM.",
    price: "A change of Plue.",
  },
  immutableTags: {
    reason: "Developers push a tag again.",
    settings: ["ecr.imageTagMutability=IMMUTABLE"],
  },
  insights: {
    reason: "CloudWatch charges for each metric of Container Insights.",
    settings: ["ecsCluster.containerInsights=true"],
  },
  logRetention: {
    reason: "Logs are kept for as long as incidents need them. An audit may ask for a year.",
    price: "$0.03 a month for each GB of logs that is kept longer.",
  },
  monitoring: {
    reason: "The metrics of the database that CloudWatch has every minute are enough here.",
    settings: ["database.monitoringInterval=60"],
  },
  multiAz: {
    reason: "A second instance doubles the price of the database.",
    settings: ["database.multiAz=true"],
  },
  notify: {
    reason: "Nobody is notified of this environment.",
    settings: ["alarms=notify", "alertEmail=alerts@example.com"],
  },
  publicSubnets: {
    reason: "Only the load balancer and the NAT gateways are in the public subnets.",
    price: "Free, but the plan of an adopted environment would change each of these subnets.",
  },
  rotation: {
    reason:
      "Plue reads the password only when it starts, so a function that changes it would stop Plue. In mode `write-only` a person rotates the password with `masterPassword.version`. In mode `random` the mode must change first.",
    price: "A change of Plue.",
  },
  scanOnPush: {
    reason: "Images of this environment are not scanned when they are pushed.",
    settings: ["ecr.scanOnPush=true"],
  },
  storageBackups: {
    reason: "The repositories of this environment are not backed up.",
    settings: ["storage.backups=true"],
  },
  tlsToTasks: {
    reason:
      "TLS ends at the load balancer. The connection to the tasks stays in the VPC, and only the load balancer may open it.",
    price: "Certificates in the images, which somebody must renew.",
  },
  twoTasks: {
    reason:
      "One task of each service is enough here. If it stops, the service is unavailable for a minute.",
    settings: [
      ...["apiServer.minCapacity=2", "apiServer.maxCapacity=4"],
      ...["webApp.minCapacity=2", "webApp.maxCapacity=4"],
    ],
  },
  waf: {
    reason: "WAF costs money, and somebody must check what it blocks.",
    settings: [set("loadBalancer.waf", { mode: "block", logRetentionDays: 30 })],
  },
} satisfies Readonly<Record<string, Explanation>>;
