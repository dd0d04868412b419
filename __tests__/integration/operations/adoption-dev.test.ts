import { dev } from "../../../src/environments/dev";
import { describeAdoption } from "../../support/adoption";

describeAdoption(dev);
