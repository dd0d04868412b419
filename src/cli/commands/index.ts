import type { Command } from "commander";
import type { Context } from "../command";
import { command as local } from "./local";
import { command as bootstrap } from "./bootstrap";
import { command as providers } from "./providers";
import { command as adopt } from "./adopt";
import { command as checkSource } from "./check-source";
import { command as images } from "./images";
import { command as diagram } from "./diagram";
import { command as cost } from "./cost";
import { command as review } from "./review";
import { command as prices } from "./prices";
import { command as plan } from "./plan";
import { command as deploy } from "./deploy";
import { command as migrate } from "./migrate";
import { command as status } from "./status";
import { command as logs } from "./logs";
import { command as restart } from "./restart";
import { command as rollback } from "./rollback";
import { command as exec } from "./exec";
import { command as doctor } from "./doctor";
import { command as dr } from "./dr";
import { command as destroy } from "./destroy";

/** Every command, in the order in which a person meets them. */
const declarations = [
  local,
  bootstrap,
  providers,
  adopt,
  checkSource,
  images,
  diagram,
  cost,
  review,
  prices,
  plan,
  deploy,
  migrate,
  status,
  logs,
  restart,
  rollback,
  exec,
  doctor,
  dr,
  destroy,
];

/** Declares every command: its arguments, options, help and action. */
export function declareCommands(context: Context): Command[] {
  return declarations.map((declare) => declare(context) as unknown as Command);
}
