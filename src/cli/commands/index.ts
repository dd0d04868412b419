import type { Configure } from "../options";

/** An entry of the command line. */
interface Entry {
  /** One line for the list of commands. */
  readonly summary: string;
  /** Loads the command, when it is the one that was asked for. */
  readonly load: () => Promise<{ readonly configure: Configure }>;
}

/** Every command, in the order in which a person meets them. */
export const commands: Readonly<Record<string, Entry>> = {
  bootstrap: {
    summary: "make or repair the state's bucket and lock table",
    load: () => import("./bootstrap"),
  },
  adopt: {
    summary: "judge the take-over of the old project's state",
    load: () => import("./adopt"),
  },
  images: {
    summary: "build the images and push them to ECR",
    load: () => import("./images"),
  },
  plan: {
    summary: "show what a deploy would change",
    load: () => import("./plan"),
  },
  deploy: {
    summary: "plan, ask, apply",
    load: () => import("./deploy"),
  },
  migrate: {
    summary: "run the database migrations",
    load: () => import("./migrate"),
  },
  status: {
    summary: "show how everything is, on one screen",
    load: () => import("./status"),
  },
  logs: {
    summary: "print what a part has logged",
    load: () => import("./logs"),
  },
  restart: {
    summary: "replace all tasks of a service",
    load: () => import("./restart"),
  },
  rollback: {
    summary: "go back to a service's last good image",
    load: () => import("./rollback"),
  },
  exec: {
    summary: "open a shell in a running task",
    load: () => import("./exec"),
  },
  doctor: {
    summary: "find out why something does not work",
    load: () => import("./doctor"),
  },
  destroy: {
    summary: "delete the environment and its data",
    load: () => import("./destroy"),
  },
};
